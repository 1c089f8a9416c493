/**
 * SQL as tagged templates: sql.all`select … where id = ${id}`. Values are always bound, never spelled into the text,
 * and each place in the code prepares its statement once per connection.
 */
import type { Db, SqlValue, Statement } from './connection.ts'

type Found<Row> = Row | undefined

export type Sql = {
  all<Row>(text: TemplateStringsArray, ...values: SqlValue[]): Row[]
  get<Row>(text: TemplateStringsArray, ...values: SqlValue[]): Found<Row>
  /** Runs a statement that changes something; returns how many rows it changed and the last row id. */
  run(text: TemplateStringsArray, ...values: SqlValue[]): { changes: number; lastInsertRowid: number | bigint }
  /** Many reads of one moment; also quicker, because each read alone takes and drops its own lock. */
  together<T>(work: () => T): T
}

export function createSql(db: Db): Sql {
  const statements = new Map<TemplateStringsArray, Statement>()
  const prepare = (text: TemplateStringsArray) => {
    let statement = statements.get(text)
    if (!statement) {
      // SQLite: built with STAT4, a join whose bare parameter meets a key is planned anew at each run (20 µs, measured
      // with 3.54.1), because the value might change the plan. A unary plus changes no value and stops that.
      statement = db.prepare(text.join('+?'))
      statements.set(text, statement)
    }
    return statement
  }
  return {
    together(work) {
      if (db.inTransaction) return work()
      db.exec('BEGIN')
      try {
        return work()
      } finally {
        db.exec('COMMIT')
      }
    },
    all: <Row>(text: TemplateStringsArray, ...values: SqlValue[]) => prepare(text).all(...values) as Row[],
    get: <Row>(text: TemplateStringsArray, ...values: SqlValue[]) => prepare(text).get(...values) as Found<Row>,
    run: (text, ...values) => prepare(text).run(...values),
  }
}
