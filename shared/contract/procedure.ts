import { oc } from '@orpc/contract'
import { ERRORS } from './errors.ts'

/** What every procedure starts from: the closed set of errors. */
export const procedure = oc.errors(ERRORS)
