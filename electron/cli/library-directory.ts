import { homedir } from 'node:os'
import { posix, resolve, win32 } from 'node:path'

export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly home: string
}

/** The folder of the library that is used unless another one is named: the app-data folder of the system. */
export function defaultLibrary(
  around: Surroundings = { env: process.env, platform: process.platform, home: homedir() },
) {
  const { env, platform, home } = around
  if (platform === 'win32') return win32.join(env['LOCALAPPDATA'] || win32.join(home, 'AppData', 'Local'), 'Gleaner')
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Gleaner')
  const data = env['XDG_DATA_HOME'] ?? ''
  // The XDG rules say: a relative path there is to be ignored.
  return posix.join(posix.isAbsolute(data) ? data : posix.join(home, '.local', 'share'), 'gleaner')
}

/**
 * The folder that relative paths start from. npm runs a script in the package's folder and tells where it was called;
 * that counts only for our own scripts, because other programs' scripts that call gleaner mean their own folder.
 */
export function baseFolder(env: Readonly<Record<string, string | undefined>>, cwd: string): string {
  const isOurScript = env['npm_lifecycle_event'] === 'gleaner' || env['npm_lifecycle_event'] === 'bench'
  const called = env['INIT_CWD']
  return isOurScript && called !== undefined && called !== '' ? resolve(cwd, called) : cwd
}
