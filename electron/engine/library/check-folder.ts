/** Whether a folder can hold a library: a local disk, a name that SQLite opens as it is written (reliability.md 2.6). */
import { mkdirSync, statfsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { EngineError } from '../failure.ts'

/** File system types of statfs(2) that reach over a network. */
const NETWORK = new Map([
  [0x69_69, 'NFS'],
  [0xff_53_4d_42, 'a Windows share'],
  [0xfe_53_4d_42, 'a Windows share'],
  [0x51_7b, 'a Windows share'],
  [0x56_4c, 'NetWare'],
  [0x73_75_72_45, 'Coda'],
  [0x53_46_41_4f, 'AFS'],
])

/** Makes the folder where it is missing; throws LIBRARY_UNUSABLE with what to do. */
export function checkLibraryFolder(directory: string): void {
  if (!isAbsolute(directory)) refuse(`"${directory}" is not an absolute path.`)
  if (directory !== directory.trim()) refuse('The path of the library must not begin or end with a blank.')
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    refuse(
      `The library folder "${directory}" cannot be made (${(error as NodeJS.ErrnoException).code ?? String(error)}).`,
    )
  }
  const network = process.platform === 'linux' ? NETWORK.get(statfsSync(directory).type) : undefined
  if (network)
    refuse(
      `The library folder is on ${network}, where its database could be damaged. Choose a folder on this computer's own disk.`,
    )
}

function refuse(message: string): never {
  throw new EngineError('LIBRARY_UNUSABLE', message)
}
