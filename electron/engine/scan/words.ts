/** Names and errors of the file system as text for people. */

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'cannot be read: permission denied. Change its permissions to use it.',
  EPERM: 'cannot be read: permission denied. Change its permissions to use it.',
  THREAD_DIED: 'cannot be read: reading it failed badly. Move what is in it out, a part at a time, to find the file.',
  EIO: 'cannot be read: the drive reports an error. Check the drive.',
  ENAMETOOLONG: 'cannot be managed: its path is longer than the system allows. Shorten a folder name above it.',
  EMFILE: 'cannot be read now: too many files are open. It is tried again at the next scan.',
  ENFILE: 'cannot be read now: too many files are open. It is tried again at the next scan.',
}

/** One sentence about why a file or folder cannot be read; no path in it. */
export function reasonOf(error: unknown, what: 'file' | 'folder'): string {
  const { code } = error as NodeJS.ErrnoException
  return `The ${what} ${REASONS[code ?? ''] ?? `cannot be read (${code ?? 'unknown error'}). It is tried again at the next scan.`}`
}

/** A name as text; bytes that are no UTF-8 are shown as `\xff`, and `isExact` is then false. */
export function decodeName(bytes: Uint8Array): { readonly name: string; readonly isExact: boolean } {
  try {
    return { name: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), isExact: true }
  } catch {
    // Latin-1 keeps each byte apart; only the ASCII part of it is shown as it is.
    const latin = Buffer.from(bytes).toString('latin1')
    const escape = (byte: string) => `\\x${byte.charCodeAt(0).toString(16)}`
    return { name: latin.replaceAll(/[^ -~]/g, escape), isExact: false }
  }
}
