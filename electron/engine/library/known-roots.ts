/**
 * `<library>/roots`: which folders this library watches and where they were last seen. The index can be deleted at any
 * time, so this list stands beside it, as plain text.
 */
import { join } from 'node:path'
import { z } from 'zod'
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
  return text === null ? [] : schema.parse(JSON.parse(text)).roots
}

export function saveKnownRoots(directory: string, roots: readonly KnownRoot[], platform: Platform): void {
  writeText(join(directory, 'roots'), `${JSON.stringify({ roots }, null, 2)}\n`, platform)
}
