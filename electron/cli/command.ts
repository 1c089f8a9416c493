/** What a command of the command line is, and what it is given. */
import type { Client } from '../../shared/contract/index.ts'
import type { Arguments, OptionSpec } from './args.ts'
import type { Mode } from './connect.ts'
import type { Screen } from './screen.ts'

export type Command = {
  readonly name: string
  /** The forms it can be called in, without the program's name. */
  readonly usage: readonly string[]
  /** One line for the program's help. */
  readonly summary: string
  /** Paragraphs for its own help. */
  readonly details: readonly string[]
  /** What can be typed after the program's name. */
  readonly examples: readonly string[]
  readonly options: readonly OptionSpec[]
  /** How many arguments it takes. */
  readonly takes: { readonly min: number; readonly max: number }
  /** Doing it twice does no harm: it is run again if the owner of the library goes away before anything was printed. */
  readonly canRunAgain?: true
  /** Answers the exit code. Wrong usage is thrown before `connect`, so that it costs nothing. */
  run(context: Context): Promise<number>
}

export type Context = {
  readonly args: Arguments
  readonly isJson: boolean
  readonly screen: Screen
  /** The library folder. */
  readonly directory: string
  /** The folder that relative paths start from. */
  readonly base: string
  /** Ends when the person interrupts. */
  readonly signal: AbortSignal
  /** Opens the library, or talks to the program that holds it; a second call replaces the first connection. */
  connect(mode: Mode): Promise<Client>
  /** What to say if the person interrupts from here on. */
  ifInterrupted(text: string): void
}
