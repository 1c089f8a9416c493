/**
 * Text for a terminal. File names, values and tags come from strangers: a control character could move the cursor or
 * forge a line, a bidi character could show a name backwards, a line break could make two results of one.
 */
const UNSAFE = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Makes control, bidi and invisible characters and lone surrogates visible as `\n` or `\u{202e}`; all other text stays. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (unsafe) => SHORT[unsafe] ?? `\\u{${(unsafe.codePointAt(0) ?? 0).toString(16)}}`)
}

const WIDE =
  /[\p{Emoji_Presentation}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Columns a text takes on a terminal: two for wide characters, none for combining ones. */
export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1
  return width
}

/** Cuts a text to at most `width` columns, with `…` at the end where something was cut. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let cut = ''
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    const next = WIDE.test(segment) ? 2 : 1
    if (used + next > width - 1) break
    cut += segment
    used += next
  }
  return `${cut}…`
}
