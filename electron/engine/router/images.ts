import { base } from './base.ts'

export const images = base.images.router({
  get: base.images.get.handler(({ context, input }) => context.services.images.get(input)),
})
