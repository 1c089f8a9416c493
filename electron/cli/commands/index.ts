/** All commands by name, each loaded only when it is used, so that the command line starts quickly. */
import type { Command } from '../command.ts'

const LOADERS: Readonly<Record<string, () => Promise<Command>>> = {
  add: async () => (await import('./add.ts')).add,
  roots: async () => (await import('./roots.ts')).roots,
  remove: async () => (await import('./remove.ts')).remove,
  'set-root': async () => (await import('./set-root.ts')).setRoot,
  scan: async () => (await import('./scan.ts')).scan,
  query: async () => (await import('./query.ts')).query,
  count: async () => (await import('./count.ts')).count,
  show: async () => (await import('./show.ts')).show,
  set: async () => (await import('./set.ts')).set,
  unset: async () => (await import('./unset.ts')).unset,
  tag: async () => (await import('./tag.ts')).tag,
  keys: async () => (await import('./keys.ts')).keys,
  tags: async () => (await import('./tags.ts')).tags,
  problems: async () => (await import('./problems.ts')).problems,
  complete: async () => (await import('./complete.ts')).complete,
  verify: async () => (await import('./verify.ts')).verify,
  watch: async () => (await import('./watch.ts')).watch,
  bench: async () => (await import('./bench.ts')).bench,
}

/** Commands of cli.md that this version does not have yet. */
export const LATER_COMMANDS: readonly string[] = [
  'facets',
  'rename-key',
  'undo',
  'redo',
  'history',
  'conflicts',
  'export',
  'merge',
  'serve',
]

export const COMMAND_NAMES: readonly string[] = Object.keys(LOADERS)

/** Loads a command, or answers undefined if there is none of that name. */
export async function loadCommand(name: string): Promise<Command | undefined> {
  return Object.hasOwn(LOADERS, name) ? LOADERS[name]?.() : undefined
}

/** Loads all commands, in the order of the help. */
export async function loadCommands(): Promise<Command[]> {
  return Promise.all(Object.values(LOADERS).map((load) => load()))
}
