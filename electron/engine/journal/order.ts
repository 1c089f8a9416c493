/** Puts the records of all files into the one order, each once (reliability.md 2.3). */
import type { Problem } from '../../../shared/domain/problem.ts'
import { compareText } from '../../../shared/lib/text.ts'
import type { Place } from './scan-lines.ts'

type Source = { readonly name: string; readonly places: readonly Place[] }
export type Ordered<F> = { readonly file: F; readonly place: Place }

/**
 * By moment, device, sequence number. Copies of a line count once; different lines that claim one sequence number both
 * count, in the order of their check sums, and are reported.
 */
export function inOrder<F extends Source>(files: readonly F[], onProblem: (problem: Problem) => void): Ordered<F>[] {
  const all = files.flatMap((file) => file.places.map((place) => ({ file, place })))
  all.sort((a, b) => comparePlaces(a.place, b.place))
  const unique = all.filter(({ place }, index) => index === 0 || comparePlaces(all[index - 1]!.place, place) !== 0)
  reportRivals(unique, onProblem)
  return unique
}

function comparePlaces(a: Place, b: Place): number {
  return (
    compareText(a.hlc, b.hlc) ||
    compareText(a.dev, b.dev) ||
    a.seq - b.seq ||
    compareText(a.crc, b.crc) ||
    a.length - b.length
  )
}

function reportRivals<F extends Source>(all: readonly Ordered<F>[], onProblem: (problem: Problem) => void): void {
  const seen = new Map<string, Set<number>>()
  const reported = new Set<string>()
  for (const { file, place } of all) {
    const numbers = seen.get(place.dev) ?? new Set()
    seen.set(place.dev, numbers)
    if (numbers.has(place.seq) && !reported.has(file.name)) {
      reported.add(file.name)
      const reason = 'Two different journal lines have the same number, as after copying a library; both are used.'
      onProblem({ kind: 'journal', file: file.name, reason })
    }
    numbers.add(place.seq)
  }
}
