/** Metadata comes as JSON text, so that `1.10` stays `1.10`; this makes its values readable. */
import type { ValueText } from '../../shared/domain/layer.ts'
import { splitList } from '../../shared/domain/scalar.ts'

/** A value text for people: strings without quotes where that cannot be misread, lists in brackets. */
export function formatValue(text: ValueText): string {
  if (text.startsWith('[')) return `[${splitList(text).map(formatValue).join(', ')}]`
  if (!text.startsWith('"')) return text
  const value = JSON.parse(text) as string
  const isPlain = value !== '' && value.trim() === value && !/^(true|false|null|-?\d[\d.eE+-]*|["[(].*)$/s.test(value)
  return isPlain ? value : text
}
