/** A connection as the rest of db/ sees it; open.ts makes them. The library's own types stay behind that door. */
export type Db = {
  readonly open: boolean
  readonly inTransaction: boolean
  exec(text: string): unknown
  pragma(text: string, options?: { simple: boolean }): unknown
  prepare(text: string): Statement
  transaction(work: () => void): { exclusive(): void }
  close(): unknown
}

export type Statement = {
  all(...values: SqlValue[]): unknown[]
  get(...values: SqlValue[]): unknown
  run(...values: SqlValue[]): { changes: number; lastInsertRowid: number | bigint }
}

export type SqlValue = string | number | bigint | Uint8Array | null
