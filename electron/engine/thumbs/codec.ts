/**
 * The codec process: the only code that decodes pictures, and the only importer of sharp (reliability.md 2.8).
 *
 * It speaks codec-protocol.ts over its IPC channel, one task at a time, opens no database and no socket, and writes
 * nothing but the temp file it is told to make. Hostile input may kill it; then one file is lost, and nothing else.
 */
import { writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import type { Painted } from '../sample/paint.ts'
import { DISK_FULL, type CodecAnswer, type CodecReady, type CodecTask } from './codec-protocol.ts'
import { readExif, readPreview } from './exif.ts'
import { withWindow, type FileWindow } from './file-window.ts'
import { NOT_SHOWN, readHeader, type PictureHeader } from './header.ts'
import { MAX_PIXELS, measureFile, notPicture, TOO_LARGE, type Probe } from './measure.ts'

// First of all: no loader but these. Content decides, so an SVG named .jpg would otherwise be drawn as SVG.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Heif', 'Tiff', 'Nsgif'].map((name) => `VipsForeignLoad${name}`),
})
sharp.cache(false)
sharp.concurrency(1)

const ENCODE = {
  jpeg: (picture: Sharp) => picture.jpeg({ quality: 80, optimiseCoding: false }),
  png: (picture: Sharp) => picture.png({ compressionLevel: 3 }),
  webp: (picture: Sharp) => picture.webp({ effort: 1 }),
}

type ThumbnailTask = Extract<CodecTask, { kind: 'thumbnail' }>
type PaintTask = Extract<CodecTask, { kind: 'paint' }>
type FailOn = 'warning' | 'none'

const NOT_SUPPORTED = { ok: false, code: 'unsupported', reason: 'Format not supported.' } as const
const LIMITS = { limitInputPixels: MAX_PIXELS, limitInputChannels: 5, pages: 1 } as const
// JPEG, not WebP: a fifth more thumbnails a second (performance.md §1), which counts more than 3 KB of cache each.
const QUALITY = 80
const BACKGROUND = '#808080'

const probe: Probe = {
  async metadata(file) {
    const { autoOrient, exif } = await sharp(file, LIMITS).metadata()
    return { width: autoOrient.width, height: autoOrient.height, ...(exif && { exif }) }
  },
  async decode(file) {
    for (const failOn of ['warning', 'none'] as const) {
      const isDecoded = await open(file, failOn).resize(64, 64, { fit: 'inside' }).raw().toBuffer().then(yes, no)
      if (isDecoded) return failOn === 'warning' ? 'fine' : 'damaged'
    }
    return 'unreadable'
  },
}

process.on('message', (task: CodecTask) => void run(task).then((answer) => process.send?.(answer)))
process.on('disconnect', () => process.exit(0))
// A Ctrl-C in the terminal reaches every process of the program; what to end is for the parent to say.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('unhandledRejection', () => process.exit(1))
process.send?.({ kind: 'ready' } satisfies CodecReady)

async function run(task: CodecTask): Promise<CodecAnswer> {
  try {
    if (task.kind === 'measure')
      return { task: task.task, ok: true, kind: 'measure', ...(await measureFile(task.file, probe)) }
    return task.kind === 'thumbnail' ? await thumbnail(task) : await paint(task)
  } catch (error) {
    return { task: task.task, ok: false, ...reasonFor(error) }
  }
}

async function thumbnail(task: ThumbnailTask): Promise<CodecAnswer> {
  const early = await withWindow(task.file, (window) => withoutDecoding(task, window))
  if (early) return early
  const first = await render(task.file, 'warning', task.edge).catch((error: unknown) => {
    if (isTooLarge(error)) throw error
    return null
  })
  return made(task, first ?? (await render(task.file, 'none', task.edge)), first === null)
}

// What needs no decoding of the picture itself: a refusal, or the preview inside; null where decoding is the thing.
async function withoutDecoding(task: ThumbnailTask, window: FileWindow): Promise<CodecAnswer | null> {
  const header = readHeader(window, basename(task.file))
  if (header.format === null) return { task: task.task, ok: false, code: 'unreadable', reason: notPicture(window) }
  if (!task.isPreview && !NOT_SHOWN.has(header.format)) return null
  const data = await preview(window, header)
  return data ? made(task, data, false) : { task: task.task, ...NOT_SUPPORTED }
}

type Encoded = { data: Buffer; info: { width: number; height: number } }

function made(task: ThumbnailTask, { data, info }: Encoded, isDamaged: boolean): CodecAnswer {
  writeOut(task.out, data)
  return { task: task.task, ok: true, kind: 'thumbnail', width: info.width, height: info.height, isDamaged }
}

function render(file: string, failOn: FailOn, edge: number): Promise<Encoded> {
  return open(file, failOn)
    .resize(edge, edge, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: BACKGROUND })
    .jpeg({ quality: QUALITY })
    .toBuffer({ resolveWithObject: true })
}

// The preview is stored unturned, and some cameras pad it with black bars to 4:3: turn it, then crop it to the picture.
async function preview(window: FileWindow, header: PictureHeader): Promise<Encoded | null> {
  const bytes = readPreview(window.head)
  if (bytes === null) return null
  const { orientation } = readExif(window.head)
  const { width, height } = await sharp(bytes, LIMITS).metadata()
  const aspect = (header.width ?? width) / (header.height ?? height)
  const size = {
    width: Math.round(Math.min(width, height * aspect)),
    height: Math.round(Math.min(height, width / aspect)),
  }
  const isOnSide = orientation >= 5
  return sharp(bytes, { ...LIMITS, failOn: 'none' })
    .rotate([0, 0, 0, 180, 180, 90, 90, 270, 270][orientation])
    .flop([2, 4, 5, 7].includes(orientation))
    .resize(isOnSide ? size.height : size.width, isOnSide ? size.width : size.height, { fit: 'cover' })
    .jpeg({ quality: QUALITY })
    .toBuffer({ resolveWithObject: true })
}

function open(input: string | Buffer, failOn: FailOn): Sharp {
  return sharp(input, { ...LIMITS, failOn }).autoOrient()
}

async function paint(task: PaintTask): Promise<CodecAnswer> {
  // Loaded on demand: only the sample generator paints.
  const { paintScene } = await import('../sample/paint.ts')
  let saving = Promise.resolve()
  let last: Painted | null = null
  let spare: Painted['pixels'] | undefined
  for (const { scene, out } of task.pictures) {
    // One picture is painted while the one before it is encoded; the pixels of the one before that are used again.
    const painted = paintScene(scene, spare)
    await saving
    spare = last?.pixels
    last = painted
    saving = save(painted, out)
  }
  await saving
  return { task: task.task, ok: true, kind: 'paint' }
}

async function save({ pixels, width, height, format, exif, orientation }: Painted, out: string): Promise<void> {
  const raw = sharp(pixels, { raw: { width, height, channels: 3 } })
  // Subtle: withMetadata converts through a colour profile, three times the work; only it can set the orientation.
  const tagged = orientation === 1 ? raw.withExif(exif) : raw.withMetadata({ orientation, exif })
  writeOut(out, await ENCODE[format](tagged).toBuffer())
}

class OutputError extends Error {}

function writeOut(path: string, data: Buffer): void {
  try {
    writeFileSync(path, data, { flag: 'wx' })
  } catch (error) {
    const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC'
    throw new OutputError(isFull ? DISK_FULL : 'The picture made cannot be stored.', { cause: error })
  }
}

type Failure = Omit<Extract<CodecAnswer, { ok: false }>, 'task' | 'ok'>

function reasonFor(error: unknown): Failure {
  if (error instanceof OutputError) return { code: 'unavailable', reason: error.message }
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return { code: 'missing', reason: 'The file is not there any more.' }
  if (code === 'EISDIR') return { code: 'unreadable', reason: 'This is not a file.' }
  if (code === 'EACCES' || code === 'EPERM')
    return { code: 'unreadable', reason: 'The file may not be read: no permission.' }
  if (code !== undefined) return { code: 'unreadable', reason: `The file cannot be read (${code}).` }
  if (isTooLarge(error)) return { code: 'too-large', reason: TOO_LARGE }
  if (/unsupported image format/i.test(message)) return NOT_SUPPORTED
  return { code: 'unreadable', reason: 'The picture is damaged and cannot be decoded.' }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && /exceeds pixel limit|exceeds channel limit/i.test(error.message)
}

const yes = () => true
const no = () => false
