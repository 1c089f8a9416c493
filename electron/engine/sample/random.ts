/** Repeatable chance: the same seed words give the same numbers on every machine, in any order of asking. */
export type Random = {
  /** 0 ≤ n < 1. */
  next(): number
  /** low ≤ n < high. */
  between(low: number, high: number): number
  /** Whole number, low ≤ n ≤ high. */
  whole(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  /** Bell curve around 0 with standard deviation 1. */
  bell(): number
  shuffle<T>(list: readonly T[]): T[]
}

/** Makes a source of chance from a seed and words that tell it from its siblings. */
export function createRandom(...seed: readonly (string | number)[]): Random {
  let state = hash(seed.join('/'))
  // Mulberry32: small, fast and good enough for pictures.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (low: number, high: number) => low + next() * (high - low)
  const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    between,
    whole,
    chance: (probability) => next() < probability,
    pick(list) {
      if (list.length === 0) throw new Error('Nothing to pick from.')
      return list[whole(0, list.length - 1)] as never
    },
    bell: () => next() + next() + next() + next() + next() + next() - 3 + (next() + next() - 1) * 0.5,
    shuffle(list) {
      const shuffled = [...list]
      for (let i = shuffled.length - 1; i > 0; i -= 1) {
        const j = whole(0, i)
        ;[shuffled[i], shuffled[j]] = [shuffled[j] as never, shuffled[i] as never]
      }
      return shuffled
    },
  }
}

// FNV-1a with a last stir, so that neighbouring seeds give unlike numbers.
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  return value ^ (value >>> 13)
}
