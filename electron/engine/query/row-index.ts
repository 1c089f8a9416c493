/** From image row to slot. Rows are dense but never used twice, so the table comes in pages that exist where rows do. */
/** Pages by row >> 12; an element is slot + 1, 0 = none. */
export type RowIndex = (Uint32Array | undefined)[]

const PAGE_BITS = 12

/** The slot of a row, -1 = none. */
export function slotOfRow(index: RowIndex, row: number): number {
  return (index[row >>> PAGE_BITS]?.[row & 0xfff] ?? 0) - 1
}

/** Sets the slot of a row, -1 to forget it. */
export function setSlotOfRow(index: RowIndex, row: number, slot: number): void {
  const page = row >>> PAGE_BITS
  while (index.length < page) index.push(undefined)
  const slots = (index[page] ??= new Uint32Array(1 << PAGE_BITS))
  slots[row & 0xfff] = slot + 1
}

/** Index of all given rows where `isLive` says so; the position in `rows` is the slot. */
export function indexRows(rows: Uint32Array, count: number, isLive: (slot: number) => boolean): RowIndex {
  const index: RowIndex = []
  for (let slot = 0; slot < count; slot += 1) if (isLive(slot)) setSlotOfRow(index, rows[slot]!, slot)
  return index
}
