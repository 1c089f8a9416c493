/**
 * A real library and real folders in a temp folder, driven through the contract as any client would. Everything is
 * removed at the end of the test, also when it fails.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Host, openHost } from '../../electron/hosts/node.ts'
import type { Client, ImageView } from '../../shared/contract/index.ts'

/** The smallest picture every decoder takes: a 1×1 GIF. */
const PICTURE = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

export type TestLibrary = {
  /** Holds the library folder and the roots. */
  readonly home: string
  readonly library: string
  /** Absolute path of a file or folder below home. */
  at(...parts: string[]): string
  /** Writes a file below home; an object is written as JSON. */
  put(path: string, content: string | Uint8Array | object): void
  /** Writes an image with its sidecar. */
  capture(path: string, sidecar?: object | string): void
  text(path: string): string
  json(path: string): unknown
  /** Opens the library (closing the host opened before); one host at a time. */
  open(options?: { isLive?: boolean; isServing?: boolean }): Promise<Client>
  close(): Promise<void>
}

export function testLibrary(): TestLibrary {
  const home = mkdtempSync(join(tmpdir(), 'gleaner-test-'))
  const library = join(home, 'library')
  let host: Host | undefined
  const close = async () => {
    const open = host
    host = undefined
    await open?.close()
  }
  onTestFinished(async () => {
    await close()
    rmSync(home, { recursive: true, force: true })
  })
  const put = (path: string, content: string | Uint8Array | object) => {
    const file = join(home, path)
    mkdirSync(dirname(file), { recursive: true })
    const isRaw = typeof content === 'string' || content instanceof Uint8Array
    writeFileSync(file, isRaw ? content : JSON.stringify(content))
  }
  return {
    home,
    library,
    at: (...parts) => join(home, ...parts),
    put,
    capture(path, sidecar) {
      put(path, Buffer.concat([PICTURE, Buffer.from(path)]))
      if (sidecar !== undefined) put(path.replace(/\.[^.]+$/, '.json'), sidecar)
    },
    text: (path) => readFileSync(join(home, path), 'utf8'),
    json: (path) => JSON.parse(readFileSync(join(home, path), 'utf8')) as unknown,
    async open({ isLive = false, isServing = false } = {}) {
      await close()
      host = await openHost({ directory: library, isLive, isServing })
      return host.client
    },
    close,
  }
}

/** Every image a query matches, in order. */
export async function matching(client: Client, text = '', sort: string[] = []): Promise<ImageView[]> {
  const { resultId, total } = await client.query.open({ text, sort })
  const { images } = await client.query.page({ resultId, offset: 0, limit: Math.max(1, Math.min(total, 10_000)) })
  return images
}

/** Path → effective metadata and tags of every image a query matches. */
export async function valuesOf(client: Client, text = ''): Promise<Record<string, unknown>> {
  const images = await matching(client, text)
  return Object.fromEntries(
    images.map(({ path, metadata, tags }) => [
      path,
      { ...(JSON.parse(metadata) as object), ...(tags.length > 0 && { tags }) },
    ]),
  )
}

/** Sets values, as JSON texts, on everything a query matches or on named images, and waits for write-back. */
export function setValues(client: Client, target: string | string[], values: Record<string, unknown>) {
  const requests = Object.entries(values).map(([key, value]) =>
    value === null ? { kind: 'unset' as const, key } : { kind: 'set' as const, key, value: JSON.stringify(value) },
  )
  return apply(client, target, requests)
}

export function tagImages(client: Client, target: string | string[], add: string[], remove: string[] = []) {
  return apply(client, target, [
    ...add.map((tag) => ({ kind: 'tag' as const, tag })),
    ...remove.map((tag) => ({ kind: 'untag' as const, tag })),
  ])
}

type Requests = Parameters<Client['edits']['apply']>[0]['requests']

function apply(client: Client, target: string | string[], requests: Requests) {
  const key = `test-${crypto.randomUUID()}`
  return client.edits.apply({
    target: typeof target === 'string' ? { query: target } : { images: target },
    requests,
    wait: true,
    key,
  })
}

/** Waits until the condition holds; fails with its last state after the limit. */
export async function eventually<T>(
  read: () => Promise<T>,
  isGood: (value: T) => boolean,
  limitMs = 10_000,
): Promise<T> {
  const start = Date.now()
  for (;;) {
    const value = await read()
    if (isGood(value)) return value
    if (Date.now() - start > limitMs) throw new Error(`Not within ${limitMs} ms; last seen: ${JSON.stringify(value)}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
