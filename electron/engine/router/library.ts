import { base } from './base.ts'

export const library = base.library.router({
  status: base.library.status.handler(({ context }) => context.services.library.status()),
  roots: base.library.roots.handler(({ context }) => context.services.library.roots()),
  add: base.library.add.handler(({ context, input }) => context.services.library.add(input)),
  remove: base.library.remove.handler(({ context, input }) => context.services.library.remove(input)),
  set: base.library.set.handler(({ context, input }) => context.services.library.set(input)),
  scan: base.library.scan.handler(({ context, input }) => context.services.library.scan(input)),
  measure: base.library.measure.handler(({ context }) => context.services.library.measure()),
  verify: base.library.verify.handler(({ context, input }) => context.services.library.verify(input)),
})
