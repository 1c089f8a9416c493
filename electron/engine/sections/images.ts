/** The images section: one image with the source of each value. */
import { join } from 'node:path'
import type { ImageDetailView } from '../../../shared/contract/index.ts'
import { readState } from '../../../shared/domain/fold.ts'
import { parseLayer } from '../../../shared/domain/layer.ts'
import { explain } from '../../../shared/domain/strategy.ts'
import { FLAGS, type ImageDetail, type Reader, type StoredRoot } from '../db/index.ts'
import { EngineError } from '../failure.ts'
import type { Device } from '../library/device.ts'
import { editModeOf } from '../library/root-set.ts'
import type { Services } from '../services.ts'
import { findImage } from './find-image.ts'
import { toImageView } from './image-view.ts'

export type ImageParts = {
  readonly ready: () => Promise<void>
  readonly reader: () => Reader
  readonly roots: () => readonly StoredRoot[]
  readonly findRoot: (name: string) => StoredRoot
  readonly device: Device
  /** Why this image's edits are not in its file, where write-back was tried. */
  readonly unwrittenReason: (rootId: string, path: string) => string | null
}

export function createImageSection(parts: ImageParts): Services['images'] {
  return {
    async get({ image, root }) {
      await parts.ready()
      const among = root === undefined ? parts.roots() : [parts.findRoot(root)]
      const detail = parts.reader().detail(findImage(image, among, parts.reader()))
      const home = detail && parts.roots().find(({ id }) => id === detail.rootId)
      if (!detail || !home) throw new EngineError('IMAGE_UNKNOWN', 'This image has just gone from the library.')
      return toDetail(detail, home, parts)
    },
  }
}

function toDetail(
  detail: ImageDetail,
  root: StoredRoot,
  { reader, device, unwrittenReason }: ImageParts,
): ImageDetailView {
  const view = toImageView(detail.image, root, reader())
  const { values, tags } = explain({
    strategy: root.strategy,
    state: detail.state === '' ? null : readState(detail.state),
    layer: parseLayer(detail.layer),
    layerHash: detail.layerHash,
    hasSidecar: detail.hasSidecar && !detail.isStale,
  })
  const nameOf = (id: string) => (id === device.id ? device.name : (detail.deviceNames[id] ?? id.slice(0, 8)))
  return {
    ...view,
    absolutePath: join(root.path, ...detail.path.split('/')),
    sidecars: detail.sidecars.map(({ name }) => name),
    values: values.map(({ device, timeMs, other, ...value }) => ({
      ...value,
      ...(device !== undefined && { device: nameOf(device) }),
      ...(timeMs !== undefined && { time: timeMs }),
      ...(other !== undefined && { other }),
    })),
    tagSources: tags.map((tag) => ({ ...tag })),
    exif: { ...detail.facts?.exif },
    details: detail.problems.map((problem) => ({ ...problem, root: root.name })),
    isStale: (detail.image.flags & FLAGS.stale) !== 0,
    unwrittenReason: view.isUnwritten ? (unwrittenReason(root.id, detail.path) ?? waitingReason(root)) : null,
  }
}

function waitingReason(root: StoredRoot): string {
  if (root.isOffline) return 'The folder is not reachable now.'
  return editModeOf(root) === 'beside' ? 'Edits in this folder are kept beside the data.' : 'Waiting to be written.'
}
