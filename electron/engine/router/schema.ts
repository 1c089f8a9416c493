import { base } from './base.ts'

export const schema = base.schema.router({
  keys: base.schema.keys.handler(({ context }) => context.services.schema.keys()),
  tags: base.schema.tags.handler(({ context }) => context.services.schema.tags()),
  problems: base.schema.problems.handler(({ context, input }) => context.services.schema.problems(input)),
})
