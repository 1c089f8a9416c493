/**
 * `<root>/.gleaner/root`: the folder's id and when it was first added, as JSON text without an extension (a `.json`
 * there would stop some import tools, interchange.md 4.2). Written once. While the root cannot be written it stands
 * under `<library>/overlay/<id>/root` instead.
 */
import { accessSync, constants, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RootId } from '../../../shared/domain/ids.ts'
import type { Platform } from '../platform.ts'
import { readText, syncDirectory, writeText } from './small-file.ts'

export type RootIdentity = { readonly id: RootId; readonly created: string }

/** Reads the identity in the folder; null = none there yet. Throws if a file is there that is not ours. */
export function readIdentity(rootPath: string): RootIdentity | null {
  return parseIdentity(readText(join(rootPath, '.gleaner', 'root')))
}

export type IdentityPlace = {
  readonly rootPath: string
  /** The library folder. */
  readonly directory: string
  readonly platform: Platform
}

/** Makes a new identity for the folder and writes it there, or into the overlay if the folder cannot be written. */
export function createIdentity(place: IdentityPlace): RootIdentity {
  return keepIdentity({ ...place, id: place.platform.randomHex(16) })
}

/** Writes an identity that is known already, where somebody deleted the file or the overlay had it. */
export function keepIdentity({
  rootPath,
  directory: library,
  platform,
  id,
}: IdentityPlace & { id: RootId }): RootIdentity {
  const identity = { id, created: new Date(platform.clock.now()).toISOString() }
  const text = `${JSON.stringify({ gleaner: 1, ...identity }, null, 2)}\n`
  const directory = isWritable(rootPath) ? join(rootPath, '.gleaner') : join(library, 'overlay', identity.id)
  mkdirSync(directory, { recursive: true })
  writeText(join(directory, 'root'), text, platform)
  syncDirectory(join(directory, '..'), platform.fs)
  return identity
}

/** The identity kept in the overlay for a read-only folder at this path, by the id the library remembers. */
export function readOverlayIdentity(library: string, id: RootId): RootIdentity | null {
  return parseIdentity(readText(join(library, 'overlay', id, 'root')))
}

/** True if files can be made in the folder (and in its `.gleaner`, where there is one). */
export function isWritable(rootPath: string): boolean {
  try {
    accessSync(rootPath, constants.W_OK)
    if (readdirSync(rootPath).includes('.gleaner')) accessSync(join(rootPath, '.gleaner'), constants.W_OK)
    return true
  } catch {
    return false
  }
}

function parseIdentity(text: string | null): RootIdentity | null {
  if (text === null) return null
  const { id, created } = JSON.parse(text) as Record<string, unknown>
  if (typeof id !== 'string' || !/^[0-9a-f]{32}$/.test(id))
    throw new Error('The file .gleaner/root is not one of ours.')
  return { id, created: String(created) }
}
