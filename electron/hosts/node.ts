/**
 * The engine in a plain Node process: in-process client for the command line and the browser host, codecs by spawn,
 * and on request the private local socket for other programs of the same user.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { createRouterClient } from '@orpc/server'
import type { Client } from '../../shared/contract/index.ts'
import { createEngine, socketPathOf } from '../engine/index.ts'
import type { Platform } from '../engine/platform.ts'
import { listenOnSocket } from '../server/socket.ts'
import { launchCodec } from './launch-codec.ts'
import { createFileLog } from './log.ts'

export type HostOptions = {
  /** The library folder. */
  readonly directory: string
  /** Watches the folders and works in the background (measuring, write-back) until closed. */
  readonly isLive: boolean
  /** Answers other programs on the library's socket. */
  readonly isServing: boolean
}

export type Host = { readonly client: Client; close(): Promise<void> }

/** Opens the library; throws an error with code LIBRARY_LOCKED if another program holds it. */
export async function openHost({ directory, isLive, isServing }: HostOptions): Promise<Host> {
  const engine = await createEngine({ directory, isLive, platform: nodePlatform(directory) })
  const client: Client = createRouterClient(engine.router, { context: engine.connect('host') })
  try {
    const hangUp = isServing ? await listenOnSocket(engine, socketPathOf(directory)) : async () => {}
    let closing: Promise<void> | undefined
    const end = async () => {
      await hangUp().catch(() => {})
      await engine.close()
    }
    return {
      client,
      close: () => (closing ??= end()),
    }
  } catch (error) {
    await engine.close()
    throw error
  }
}

function nodePlatform(directory: string): Platform {
  return {
    clock: { now: () => Date.now() },
    log: createFileLog(directory),
    fs,
    launchCodec,
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
  }
}
