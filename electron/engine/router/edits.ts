import { base } from './base.ts'

export const edits = base.edits.router({
  preview: base.edits.preview.handler(({ context, input }) => context.services.edits.preview(input)),
  apply: base.edits.apply.handler(({ context, input }) => context.services.edits.apply(input)),
})
