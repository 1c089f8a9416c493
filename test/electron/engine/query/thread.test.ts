/** The query thread as the engine runs it: a worker beside the real index thread. */
import { MessageChannel, Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { startIndexThread, type IndexThread, type ScannedFolder } from '../../../../electron/engine/db/index.ts'
import type { QueryApi } from '../../../../electron/engine/query/types.ts'
import { createCaller, type Remote } from '../../../../shared/lib/call.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { ROOT } from './fake-index.ts'

const ROOT_ID = 'f'.repeat(32)
const asked = (text: string) => ({ text, sort: [], now: 0 })

async function startBoth() {
  const folder = tempFolder()
  const directory = folder.path
  const index = startIndexThread()
  onTestFinished(async () => {
    await index.close()
    folder[Symbol.dispose]()
  })
  await index.remote.open({ directory })
  const { row: _, ...root } = ROOT
  await index.remote.putRoot({ ...root, id: ROOT_ID })
  return { directory, index }
}

async function startQuery(directory: string, index: IndexThread) {
  const worker = new Worker(new URL('../../../../electron/engine/query/thread.ts', import.meta.url))
  onTestFinished(async () => void (await worker.terminate()))
  const { remote } = createCaller<QueryApi>(worker)
  const { port1, port2 } = new MessageChannel()
  index.feedChanges(port1)
  worker.postMessage({ port: port2 }, [port2])
  return { remote, facts: await remote.start({ directory }) }
}

function folderOf(names: readonly string[], metadata: (name: string) => object): ScannedFolder {
  return {
    rootId: ROOT_ID,
    dir: '',
    digest: '',
    images: names.map((name) => ({
      name,
      size: 10,
      modifiedMs: 1000,
      signature: `${name}.1`,
      isFileChanged: true,
      layer: { metadata: JSON.stringify(metadata(name)), tags: '["a"]' },
      hasSidecar: true,
      sidecars: [],
      problems: [],
    })),
    gone: [],
    problems: [],
    folders: [],
  }
}

async function namesOf(remote: Remote<QueryApi>, text: string) {
  const opened = await remote.open(asked(text))
  if ('error' in opened) throw new Error(opened.error.message)
  const page = await remote.page({ resultId: opened.resultId, offset: 0, limit: 100 })
  return page?.images.map(({ name }) => name)
}

test('follows the index and starts again from packed columns', async () => {
  const { directory, index } = await startBoth()
  await index.remote.saveFolders({ folders: [folderOf(['2.jpg', '10.jpg'], (name) => ({ name }))] })
  const first = await startQuery(directory, index)
  expect(first.facts).toMatchObject({ images: 2, hydratedFrom: 'rows' })
  expect(await namesOf(first.remote, '*')).toEqual(['2.jpg', '10.jpg'])

  const saved = await index.remote.saveFolders({ folders: [folderOf(['3.jpg'], () => ({ shift: 'night' }))] })
  expect(await first.remote.reached({ revision: saved.revision })).toEqual({ revision: saved.revision })
  expect(await namesOf(first.remote, 'metadata.shift:night tag:a')).toEqual(['3.jpg'])

  const { revision, blobs } = await first.remote.pack()
  for (const { name, data } of blobs) await index.remote.setBlob({ name, revision, data })
  const second = await startQuery(directory, index)
  expect(second.facts).toEqual({ revision: saved.revision, images: 3, hydratedFrom: 'blobs' })
  expect(await namesOf(second.remote, '*')).toEqual(await namesOf(first.remote, '*'))
})
