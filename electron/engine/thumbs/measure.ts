/**
 * What an image file says about itself, in one pass over its first and last bytes: identity, format by content, size
 * as shown, capture time, EXIF. Pictures are not decoded here, except JPEGs whose end looks missing.
 */
import { basename } from 'node:path'
import { quickHash } from '../scan/identity.ts'
import type { ImageFacts } from '../db/index.ts'
import { readExif, type ExifFacts } from './exif.ts'
import { withWindow, type FileWindow } from './file-window.ts'
import { looksLikeText, NOT_SHOWN, readHeader, type PictureHeader } from './header.ts'

/** What only the decoder library can tell; codec.ts supplies it. */
export type Probe = {
  /** Header as the decoder sees it; throws if it cannot read the file. `exif` is the raw block. */
  metadata(file: string): Promise<{ width: number; height: number; orientation?: number; exif?: Buffer }>
  /** Decodes at a small size: fine, only with errors overlooked, or not at all. */
  decode(file: string): Promise<'fine' | 'damaged' | 'unreadable'>
}

type MeasuredFile = { readonly quickHash: string; readonly facts: ImageFacts; readonly problem: string | null }

/** Pixels beyond which nothing is decoded: a small file can claim any size. */
export const MAX_PIXELS = 120_000_000
const UNREADABLE = 'The picture is damaged and cannot be decoded.'
export const TOO_LARGE = 'The picture has more than 120 million pixels, too many to show.'

const NO_FACTS: ImageFacts = { width: null, height: null, format: null, isDamaged: false, takenMs: null, exif: {} }

/** Measures one file; throws node's file errors only. A file that is no picture is measured too, with its problem. */
export function measureFile(file: string, probe: Probe): Promise<MeasuredFile> {
  return withWindow(file, async (window) => {
    const hash = quickHash(file)
    const header = readHeader(window, basename(file))
    if (header.format === null) return { quickHash: hash, facts: NO_FACTS, problem: notPicture(window) }
    return { quickHash: hash, ...(await readFacts(file, { window, header, probe })) }
  })
}

/** Why a file that bears an image's name is none. */
export function notPicture(window: FileWindow): string {
  if (window.size === 0) return 'The file is empty.'
  const text = looksLikeText(window.head) ? window.head.toString('latin1', 0, 4096) : null
  if (text === null) return 'The file is not a picture that Gleaner knows, whatever its name says.'
  return text.includes('<svg')
    ? 'The file is an SVG drawing, which Gleaner does not show.'
    : 'The file holds text, not a picture.'
}

type Source = { window: FileWindow; header: PictureHeader; probe: Probe }
type Size = { width: number | null; height: number | null; problem: string | null }

async function readFacts(file: string, source: Source): Promise<{ facts: ImageFacts; problem: string | null }> {
  const { header, probe } = source
  const probed = needsProbe(header) ? await probe.metadata(file).catch(toError) : null
  const found = readTags(source, probed)
  const { width, height, problem } = sizeOf(header, probed, found)
  const state = problem === null ? await decodeState(file, source) : 'fine'
  const { format } = header
  const { takenMs, exif } = found
  return {
    facts: { width, height, format, isDamaged: state === 'damaged', takenMs, exif },
    problem: state === 'unreadable' ? UNREADABLE : problem,
  }
}

// Our own reading of the header is enough for a JPEG; a PNG may keep its EXIF behind the pixels.
function needsProbe({ format, width }: PictureHeader): boolean {
  return !NOT_SHOWN.has(format ?? '') && (width === null || format === 'png')
}

type Probed = Awaited<ReturnType<Probe['metadata']>> | Error | null

function readTags(source: Source, probed: Probed): ExifFacts {
  const found = readExif(metadataBytes(source))
  const isFound = Object.keys(found.exif).length > 0
  return isFound || probed === null || probed instanceof Error || !probed.exif ? found : readExif(probed.exif)
}

function sizeOf(header: PictureHeader, probed: Probed, { orientation }: ExifFacts): Size {
  if (probed && !(probed instanceof Error)) return { width: probed.width, height: probed.height, problem: null }
  // A HEIC is turned by a box of its own, which the header reader has obeyed already.
  const isOnSide = orientation >= 5 && header.format !== 'heic'
  const { width, height } = isOnSide ? { width: header.height, height: header.width } : header
  const isTooLarge = (width ?? 0) * (height ?? 0) > MAX_PIXELS || /exceeds pixel limit/i.test(probed?.message ?? '')
  return { width, height, problem: isTooLarge ? TOO_LARGE : probed ? UNREADABLE : null }
}

// A TIFF or raw keeps its tags wherever it likes; up to this size the whole file may be handed to the parser.
function metadataBytes({ window, header }: Source): Buffer {
  const isTiffLike = header.format === 'tiff' || header.format === 'raw'
  const isSmall = window.size <= 4 * 1024 * 1024
  return isTiffLike && isSmall && window.size > window.head.length ? window.read(0, window.size) : window.head
}

// Only a JPEG can hide its end (phones append films and notes), so only there a missing end mark proves nothing.
async function decodeState(
  file: string,
  { window, header, probe }: Source,
): Promise<'fine' | 'damaged' | 'unreadable'> {
  if (header.format !== 'jpeg') return header.isCutOff ? 'damaged' : 'fine'
  if (header.width !== null && window.tail.includes('\xff\xd9', 0, 'latin1')) return 'fine'
  return probe.decode(file)
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
