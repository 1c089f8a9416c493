/**
 * `<library>/roots`: which folders this library watches and where they were last seen. The index can be deleted at any
 * time, so this list stands beside it, as plain text.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { EngineError } from '../failure.ts'
import type { Platform } from '../platform.ts'
import { readText, writeText } from './small-file.ts'

const schema = z.object({
  roots: z.array(
    z.object({
      id: z.string().regex(/^[0-9a-f]{32}$/),
      path: z.string().min(1),
      /** Of the folder when it was last there: an empty folder with other numbers is an empty mount point. */
      dev: z.string(),
      ino: z.string(),
    }),
  ),
})

export type KnownRoot = z.infer<typeof schema>['roots'][number]

export function loadKnownRoots(directory: string): KnownRoot[] {
  const text = readText(join(directory, 'roots'))
  if (text === null) return []
  try {
    return schema.parse(JSON.parse(text)).roots
  } catch {
    throw new EngineError(
      'LIBRARY_UNUSABLE',
      'The list of folders in the library (the file "roots") cannot be read. Move that file away and add the folders again; nothing in them is lost.',
    )
  }
}

export function saveKnownRoots(directory: string, roots: readonly KnownRoot[], platform: Platform): void {
  writeText(join(directory, 'roots'), `${JSON.stringify({ roots }, null, 2)}\n`, platform)
}
