/**
 * The composition root: builds the parts, wires them, and owns the order in which they end. Nothing here decides; what
 * a library does is in library/, what a client can ask in sections/.
 */
import { checkLibraryFolder } from './library/check-folder.ts'
import { acquireLock } from './library/lock.ts'
import { sweepComparisons } from './library/verify.ts'
import { EngineError } from './failure.ts'
import { buildParts, type EngineOptions } from './parts.ts'
import { router, type RouterContext } from './router/index.ts'
import { buildServices } from './services-of.ts'

export type Engine = {
  /** The contract, implemented; transports serve it with the context of `connect`. */
  readonly router: typeof router
  connect(clientId: string): RouterContext
  /** Ends all work and frees the library; a second call waits for the first. */
  close(): Promise<void>
}

/** Opens a library. Throws EngineError LIBRARY_LOCKED or LIBRARY_UNUSABLE. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { directory, platform } = options
  checkLibraryFolder(directory)
  const lock = acquireLock(directory)
  if (!lock) throw new EngineError('LIBRARY_LOCKED', 'Another program holds this library.')
  try {
    sweepComparisons(directory)
    const parts = await buildParts(options)
    const services = buildServices(parts)
    if (options.isLive) parts.keeper.start()
    let closing: Promise<void> | undefined
    return {
      router,
      connect: (clientId) => ({ services, log: platform.log, clientId }),
      close: () => (closing ??= parts.close().finally(() => lock.release())),
    }
  } catch (error) {
    lock.release()
    throw error
  }
}
