import { base } from './base.ts'

export const events = base.events.router({
  watch: base.events.watch.handler(({ context, signal }) => context.services.bus.subscribe(signal)),
})
