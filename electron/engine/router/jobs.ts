import { base } from './base.ts'

export const jobs = base.jobs.router({
  list: base.jobs.list.handler(({ context }) => context.services.jobs.list()),
  cancel: base.jobs.cancel.handler(({ context, input }) => ({ isCancelled: context.services.jobs.cancel(input.id) })),
})
