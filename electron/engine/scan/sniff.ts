/** First looks at files of annotation formats (interchange.md 1.2): a few KB each, and any doubt means "no". */
import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { annotationFormat, type AnnotationFormat } from '../sidecar/annotation.ts'

const HEAD_BYTES = 16 * 1024
/** How far into a JSON file its two telling members are looked for. */
const JSON_BYTES = 64 * 1024 * 1024
/** Rows of a table whose files are looked for. */
const ROW_CAP = 50

const FILE_COLUMNS = new Set(['filename', 'file', 'image', 'imgfname', 'path'])
const CLASS_COLUMNS = new Set(['class', 'label', 'classlabel', 'classname', 'category'])

/** COCO, CreateML or LabelMe, or null; reads a large file only if it begins like JSON. */
export function sniffJson(path: string): AnnotationFormat | null {
  const head = readHead(path, HEAD_BYTES)
  if (!/^\uFEFF?\s*[{[]/.test(head)) return null
  const isWhole = Buffer.byteLength(head) < HEAD_BYTES
  return annotationFormat(isWhole ? head : readHead(path, JSON_BYTES))
}

/** Multi-label CSV, semantic masks or box CSV, or null. `directory` holds the file. */
export function sniffCsv(directory: string, name: string): string | null {
  const lines = linesOf(readHead(join(directory, name), HEAD_BYTES))
  const header = cellsOf(lines[0] ?? '')
  if (/^_classes\.csv$/i.test(name)) {
    if (plain(header[0]) === 'filename') return 'multi-label CSV'
    return plain(header[0]) === 'pixelvalue' && plain(header[1]) === 'class' ? 'semantic masks' : null
  }
  if (/^_annotations\.csv$/i.test(name)) return 'box CSV'
  const column = header.findIndex((cell) => FILE_COLUMNS.has(plain(cell)))
  if (column === -1 || !header.some((cell) => CLASS_COLUMNS.has(plain(cell)))) return null
  const files = lines.slice(1, ROW_CAP + 1).map((line) => cellsOf(line)[column] ?? '')
  const found = files.filter((file) => file !== '' && !file.includes('..') && existsSync(join(directory, file)))
  return found.length > 0 && found.length * 2 >= files.length ? 'box CSV' : null
}

/** True for annotations in JSON lines: by name, or by what the first line holds. */
export function isAnnotationLines(directory: string, name: string): boolean {
  if (/^_annotations.*\.jsonl$/i.test(name)) return true
  try {
    const first: unknown = JSON.parse(linesOf(readHead(join(directory, name), HEAD_BYTES))[0] ?? '')
    if (typeof first !== 'object' || first === null || !('image' in first)) return false
    return 'suffix' in first || 'annotations' in first || 'label' in first
  } catch {
    return false
  }
}

/** True for an XML file whose root element is `annotation` (Pascal VOC). */
export function isVocXml(path: string): boolean {
  const body = readHead(path, HEAD_BYTES).replaceAll(/<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>|^\uFEFF/gs, '')
  return /^\s*<annotation[\s/>]/.test(body)
}

/** True for a YAML file with class names at its top level. */
export function hasClassNames(path: string): boolean {
  return /^\uFEFF?["']?names["']?\s*:/m.test(readHead(path, HEAD_BYTES))
}

/** True if the file's first line is an object of a YOLO label file: a class number and at least four coordinates. */
export function isNumericLabel(path: string): boolean {
  const first = linesOf(readHead(path, HEAD_BYTES)).find((line) => line.trim() !== '') ?? ''
  return /^\s*\d+(?:\.0+)?(?:\s+[-+]?[\d.]+(?:e[-+]?\d+)?){4,}\s*$/i.test(first)
}

/** Names of plain files and of folders in a folder; nothing where it cannot be read. */
export function peek(directory: string): { readonly files: readonly string[]; readonly folders: readonly string[] } {
  try {
    const entries = readdirSync(directory, { withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name)
    return { files, folders: entries.filter((entry) => entry.isDirectory()).map(({ name }) => name) }
  } catch {
    return { files: [], folders: [] }
  }
}

/** The name without its extension, in lower case. */
export function stemOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.')).toLowerCase()
}

function readHead(path: string, limit: number): string {
  try {
    const fd = openSync(path, 'r')
    try {
      const bytes = Buffer.allocUnsafe(HEAD_BYTES)
      const parts: Buffer[] = []
      for (let total = 0; total < limit;) {
        const count = readSync(fd, bytes, 0, HEAD_BYTES, null)
        if (count === 0) break
        parts.push(Buffer.from(bytes.subarray(0, count)))
        total += count
      }
      return Buffer.concat(parts).toString('utf8')
    } finally {
      closeSync(fd)
    }
  } catch {
    return ''
  }
}

/** Whole lines only, except that a file without any line end is one line. */
function linesOf(text: string): string[] {
  return text.replace(/^\uFEFF/, '').split(/\r?\n/)
}

function cellsOf(line: string): string[] {
  return line.split(',').map((cell) => cell.trim().replaceAll(/^"|"$/g, ''))
}

function plain(cell: string | undefined): string {
  return (cell ?? '').toLowerCase().replaceAll(/[_\s]/g, '')
}
