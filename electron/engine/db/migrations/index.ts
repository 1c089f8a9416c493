/** Every schema there ever was, in order; a released one is never changed. */
import type { Migration } from '../migrate.ts'
import { sql as first } from './001-first.ts'

export const MIGRATIONS: readonly Migration[] = [{ name: 'first', sql: first }]
