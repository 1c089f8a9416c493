/** The form in which strings and tags are compared: NFC, locale-free lower case (query.md §3). */
export function foldText(text: string): string {
  // Subtle: plain ASCII without capitals is by far the most common and needs no work.
  return /^[ -@[-~]*$/.test(text) ? text : text.normalize('NFC').toLowerCase()
}

/** Orders by code units; -1, 0 or 1. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
