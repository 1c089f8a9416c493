/** The edits section: from a target and requests to one acknowledged batch, then write-back. */
import { checkKey } from '../../../shared/domain/key.ts'
import type { EditRequest } from '../../../shared/domain/operation.ts'
import { checkTag } from '../../../shared/domain/tag.ts'
import { isValueText } from '../../../shared/domain/value.ts'
import { EngineError } from '../failure.ts'
