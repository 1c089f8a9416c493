import type { Client } from '../../shared/contract/index.ts'
import type { Context } from './command.ts'
import { toFailure } from './failure.ts'

/** Reads dimensions and EXIF of new images. Its failure is no failure of the command before it: it goes on next time. */
export async function measure({ screen, ifInterrupted }: Context, client: Client): Promise<void> {
  ifInterrupted('Interrupted. The folders are read; reading dimensions and EXIF goes on next time.')
  try {
    await client.library.measure()
  } catch (error) {
    screen.note(`Dimensions and EXIF are not complete yet and are read next time. ${toFailure(error).message}`)
  }
}
