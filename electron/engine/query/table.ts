/**
 * All columns of a library: a slot per image, filled and changed from IndexedImage rows.
 *
 * A slot is used once: a removed or moved image leaves a dead slot (its bit in `live` is clear, its codes are 0, but
 * folder and name stay so that the path order needs no change) until compact.ts closes the gaps. Work per changed
 * image depends on its own values and the number of keys, not on the number of images.
 */
import type { RootRow } from '../../../shared/domain/ids.ts'
import type { IndexChange, IndexedImage, StoredRoot } from '../db/index.ts'
import { emptyCodes, resized, type Codes } from './arrays.ts'
import { clearBit, hasBit, setBit, wordsFor, type Bits } from './bits.ts'
import {
  bytesOfColumn,
  createColumn,
  growColumn,
  makeDense,
  makeSparse,
  MOST_NUMBERS,
  setCode,
  setValue,
  type Column,
} from './column.ts'
import { addScalar, bytesOfDictionary, createDictionary, type Dictionary, type Value } from './dictionary.ts'
import { COLUMN_FIELDS, fieldValue, type ColumnField } from './fields.ts'
import type { Steps } from './lane.ts'
import { addRare, bytesOfRare, clearRare, createRare, rareColumn, takeRare, type Rare } from './rare.ts'
import { setSlotOfRow, slotOfRow, type RowIndex } from './row-index.ts'
import { bytesOfTexts, createTexts, pushText, textAt, type Texts } from './texts.ts'
import { eachValue, readTags } from './values.ts'

/** Where the forms of a column change; tests set them low. */
export type Tuning = {
  /** A key on more images than this gets a column of its own. */
  readonly mostRare: number
  /** A column is dense if more than one image in so many has it. */
  readonly denseFrom: number
  readonly mostNumbers: number
}

export type Table = {
  readonly tuning: Tuning
  revision: number
  /** Slots in use, dead ones included. */
  count: number
  capacity: number
  alive: number
  rows: Uint32Array
  slotOf: RowIndex
  live: Bits
  /** Texts `<root row>/<dir>`; totals count live images. */
  folders: Dictionary
  folderOf: Codes
  names: Texts
  fields: Record<ColumnField, Column>
  tag: Column
  keys: Map<string, Column>
  rare: Rare
  roots: Map<RootRow, StoredRoot>
  /** Counts images that came, went or moved, and changes of roots. */
  version: number
  rootsVersion: number
}

const TUNING: Tuning = { mostRare: 256, denseFrom: 16, mostNumbers: MOST_NUMBERS }

export function createTable(tuning: Tuning = TUNING): Table {
  const fields = Object.fromEntries(COLUMN_FIELDS.map((name) => [name, createColumn(0)]))
  return {
    tuning,
    revision: 0,
    count: 0,
    capacity: 0,
    alive: 0,
    rows: new Uint32Array(0),
    slotOf: [],
    live: new Uint32Array(0),
    folders: createDictionary(),
    folderOf: new Uint8Array(0),
    names: createTexts(),
    fields: fields as Record<ColumnField, Column>,
    tag: createColumn(0),
    keys: new Map(),
    rare: createRare(),
    roots: new Map(),
    version: 0,
    rootsVersion: 0,
  }
}

/** Takes in one commit of the index; one that is in the table already changes nothing. */
export function* applyChange(table: Table, change: IndexChange): Steps<void> {
  if (change.revision <= table.revision) return
  if (change.roots) setRoots(table, change.roots)
  for (const row of change.removed) {
    removeRow(table, row)
    yield
  }
  for (const image of change.upserts) {
    putImage(table, image)
    yield
  }
  table.revision = change.revision
}

export function setRoots(table: Table, roots: readonly StoredRoot[]): void {
  table.roots = new Map(roots.map((root) => [root.row, root]))
  table.rootsVersion += 1
}

/** Adds an image or brings it up to date. */
export function putImage(table: Table, image: IndexedImage): void {
  const folder = addScalar(table.folders, `${image.root}/${image.dir}`)
  const known = slotOfRow(table.slotOf, image.row)
  const stays = known >= 0 && table.folderOf[known] === folder && textAt(table.names, known) === image.name
  if (known >= 0 && !stays) removeRow(table, image.row)
  const slot = stays ? known : newSlot(table, image, folder)
  const tags = readTags(image.tags)
  for (const name of COLUMN_FIELDS) {
    const value = fieldValue(image, name, tags.length)
    if (value === null) setCode(table.fields[name], slot, 0)
    else setValue(table.fields[name], slot, value, table.tuning.mostNumbers)
  }
  setValue(table.tag, slot, tags)
  if (stays) clearMissingKeys(table, slot, image.metadata)
  eachValue(image.metadata, (key, value) => {
    setKey(table, slot, key, value)
  })
}

function removeRow(table: Table, row: number): void {
  const slot = slotOfRow(table.slotOf, row)
  if (slot < 0) return
  for (const name of COLUMN_FIELDS) setCode(table.fields[name], slot, 0)
  setCode(table.tag, slot, 0)
  for (const column of table.keys.values()) setCode(column, slot, 0)
  clearRare(table.rare, slot)
  table.folders.totals[table.folderOf[slot]!]! -= 1
  clearBit(table.live, slot)
  setSlotOfRow(table.slotOf, row, -1)
  table.alive -= 1
  table.version += 1
}

/** The column of a metadata key; for a rare key a copy. Empty where no image has it. */
export function columnOf(table: Table, key: string): Column {
  return table.keys.get(key) ?? rareColumn(table.rare, key)
}

/** The root of a folder code. */
export function rootOfFolder(table: Table, folder: number): RootRow {
  return Number.parseInt(folderText(table, folder), 10)
}

/** The folder below its root, '' for the root itself. */
export function dirOfFolder(table: Table, folder: number): string {
  const text = folderText(table, folder)
  return text.slice(text.indexOf('/') + 1)
}

/** The live images, as many words as evaluation needs. */
export function liveBits(table: Table): Bits {
  return table.live.subarray(0, wordsFor(table.count))
}

export function isLive(table: Table, slot: number): boolean {
  return hasBit(table.live, slot)
}

/** Columns in bytes, dictionaries included. */
export function bytesOfTable(table: Table): number {
  const columns = [...Object.values(table.fields), table.tag, ...table.keys.values()]
  const arrays = [table.rows, table.live, table.folderOf, ...table.slotOf]
  let bytes = bytesOfTexts(table.names) + bytesOfRare(table.rare) + bytesOfDictionary(table.folders)
  for (const array of arrays) bytes += array?.byteLength ?? 0
  for (const column of columns) bytes += bytesOfColumn(column)
  return bytes
}

function folderText(table: Table, folder: number): string {
  return textAt(table.folders.texts, table.folders.refs[folder]!)
}

function newSlot(table: Table, image: IndexedImage, folder: number): number {
  const slot = table.count
  if (slot >= table.capacity) grow(table)
  table.count = slot + 1
  table.alive += 1
  table.rows[slot] = image.row
  setSlotOfRow(table.slotOf, image.row, slot)
  setBit(table.live, slot)
  pushText(table.names, image.name)
  if (folder >= 2 ** (8 * table.folderOf.BYTES_PER_ELEMENT)) widenFolders(table, folder)
  table.folderOf[slot] = folder
  table.folders.totals[folder]! += 1
  table.version += 1
  return slot
}

function widenFolders(table: Table, highest: number): void {
  const wider = emptyCodes(table.capacity, highest)
  wider.set(table.folderOf)
  table.folderOf = wider
}

function grow(table: Table): void {
  const capacity = Math.max(64, Math.ceil((table.count * (table.count < 200_000 ? 1.5 : 1.2)) / 64) * 64)
  table.capacity = capacity
  table.rows = resized(table.rows, capacity)
  table.live = resized(table.live, wordsFor(capacity))
  table.folderOf = resized(table.folderOf, capacity)
  for (const column of Object.values(table.fields)) growColumn(column, capacity)
  growColumn(table.tag, capacity)
  for (const column of table.keys.values()) {
    // A key of the first images only should not stay dense for ever.
    if (column.count * table.tuning.denseFrom * 2 < table.count) makeSparse(column, table.count)
    growColumn(column, capacity)
  }
}

function setKey(table: Table, slot: number, key: string, value: Value): void {
  let column = table.keys.get(key)
  if (column === undefined) {
    const count = addRare(table.rare, slot, key, value)
    if (count <= table.tuning.mostRare) return
    column = takeRare(table.rare, key)
    table.keys.set(key, column)
  } else setValue(column, slot, value, table.tuning.mostNumbers)
  if (column.slots && column.count * table.tuning.denseFrom > table.count) makeDense(column, table.capacity)
}

/** Drops what the image has no more; rare values are all dropped, because they are set again anyway. */
function clearMissingKeys(table: Table, slot: number, metadata: string): void {
  clearRare(table.rare, slot)
  const present = new Set<string>()
  eachValue(metadata, (key) => {
    present.add(key)
  })
  for (const [key, column] of table.keys) if (!present.has(key)) setCode(column, slot, 0)
}
