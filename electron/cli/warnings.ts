import type { Client } from '../../shared/contract/index.ts'
import { markPlace } from './failure.ts'
import type { Screen } from './screen.ts'
import { formatCount } from './table.ts'

type Asked = Pick<Awaited<ReturnType<Client['query']['count']>>, 'warnings' | 'unmeasured'>

/** Tells on stderr what may surprise about an answer: warnings of the checker, and images not measured yet. */
export async function tellWarnings(client: Client, screen: Screen, text: string, asked: Asked): Promise<void> {
  for (const { message, from, to, suggestion } of asked.warnings) {
    screen.note(`Warning: ${message}`)
    for (const line of markPlace(text, from, to)) screen.note(line)
    if (suggestion !== undefined && suggestion !== '') screen.note(`Try: ${suggestion}`)
  }
  if (asked.unmeasured === 0 || screen.isQuiet) return
  const { images } = await client.library.status()
  screen.note(
    `${formatCount(asked.unmeasured)} of ${formatCount(images)} not measured yet; "gleaner scan" measures them.`,
  )
}
