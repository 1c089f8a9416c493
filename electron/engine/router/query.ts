import { base } from './base.ts'

export const query = base.query.router({
  open: base.query.open.handler(({ context, input }) => context.services.query.open(input)),
  page: base.query.page.handler(({ context, input }) => context.services.query.page(input)),
  close: base.query.close.handler(({ context, input }) => context.services.query.close(input)),
  count: base.query.count.handler(({ context, input }) => context.services.query.count(input)),
  complete: base.query.complete.handler(({ context, input }) => context.services.query.complete(input)),
})
