/**
 * Sidecar facts as one text: `name/signature/sha256`, several joined by `/`; no part can hold a slash. The hash is in
 * base64 here, because there is one in every row.
 */
import type { SidecarFact } from './types.ts'

export function packSidecars(facts: readonly SidecarFact[]): string {
  if (facts.length === 0) return ''
  return facts.map(({ name, signature, sha256 }) => `${name}/${signature}/${toBase64(sha256)}`).join('/')
}

export function unpackSidecars(text: string): SidecarFact[] {
  if (text === '') return []
  const parts = text.split('/')
  const facts: SidecarFact[] = []
  for (let i = 0; i + 2 < parts.length; i += 3)
    facts.push({ name: parts[i] ?? '', signature: parts[i + 1] ?? '', sha256: toHex(parts[i + 2] ?? '') })
  return facts
}

function toBase64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64url')
}

function toHex(base64: string): string {
  return Buffer.from(base64, 'base64url').toString('hex')
}
