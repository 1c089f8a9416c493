/**
 * One run of the command line: words in, exit code out. Finds the command, reads its options, keeps the connection,
 * and turns every failure into words and a code; a command itself only asks and prints.
 */
import { resolve } from 'node:path'
import { findFirstArgument, mentions, readArguments, type Arguments } from './args.ts'
import type { Command, Context } from './command.ts'
import { COMMAND_NAMES, LATER_COMMANDS, loadCommand, loadCommands } from './commands/index.ts'
import type { Connect, Connection } from './connect.ts'
import { exitCodeOfFailure, failureToJson, failureToLines, interruption, toFailure, usageError } from './failure.ts'
import { commandHelp, GLOBAL_OPTIONS, programHelp, usageLines } from './help.ts'
import { baseFolder, defaultLibrary } from './library-directory.ts'
import { nearest } from '../../shared/query/nearest.ts'
import { startProgress, type Progress } from './progress.ts'
import { createScreen, isClosedPipe, type Screen, type Stream } from './screen.ts'

export type Program = {
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly stdout: Stream
  readonly stderr: Stream
  readonly version: () => string
  readonly connect: Connect
  /** Ends when the person interrupts. */
  readonly signal: AbortSignal
}

const MOST_RUNS = 3

/** Runs the words and answers the exit code of cli.md. */
export async function runProgram(program: Program): Promise<number> {
  const { words, stdout, stderr } = program
  const screen = createScreen({ stdout, stderr, isQuiet: mentions(words, 'quiet') })
  const isJson = mentions(words, 'json')
  try {
    return await dispatch(program, screen, isJson)
  } catch (error) {
    if (isClosedPipe(error)) return 0
    const failure = toFailure(error)
    screen.bar(null)
    try {
      // Subtle: a command that is meant to be ended by an interruption has nothing to say about it.
      if (failure.message === '') return exitCodeOfFailure(failure)
      if (isJson) await screen.emit([failureToJson(failure)])
      else for (const line of failureToLines(failure)) screen.complain(line)
    } catch {
      // Nobody reads stdout any more; the exit code still tells.
    }
    return exitCodeOfFailure(failure)
  }
}

async function dispatch(program: Program, screen: Screen, isJson: boolean): Promise<number> {
  const { words } = program
  if (mentions(words, 'help')) return help(screen, headOfHelp(words))
  if (mentions(words, 'version')) {
    const version = program.version()
    await (isJson ? screen.emit([JSON.stringify({ version })]) : screen.say([version]))
    return 0
  }
  const at = findFirstArgument(words, GLOBAL_OPTIONS)
  const name = words[at]
  if (name === undefined) throw usageError('Name a command.', 'gleaner --help')
  if (name === 'help') return help(screen, words.slice(at + 1))
  const command = await findCommand(name)
  try {
    // Subtle: options may stand on either side of the command's name; this reads both parts as one.
    const args = readArguments(words.toSpliced(at, 1), [...GLOBAL_OPTIONS, ...command.options])
    checkCount(command, args)
    return await runCommand({ program, command, args, screen, isJson })
  } catch (error) {
    const failure = toFailure(error)
    if (failure.code !== 'REQUEST_INVALID' || isJson) throw error
    const lines = [...failureToLines(failure), ...usageLines(command.usage), `More: gleaner ${command.name} --help`]
    for (const line of lines) screen.complain(line)
    return exitCodeOfFailure(failure)
  }
}

async function help(screen: Screen, [name]: readonly string[]): Promise<number> {
  const isProgram = name === undefined || name === 'help'
  await screen.say(isProgram ? programHelp(await loadCommands(), LATER_COMMANDS) : commandHelp(await findCommand(name)))
  return 0
}

/** With --help anywhere nothing else has to be right: the first word that is no option is the command. */
function headOfHelp(words: readonly string[]): string[] {
  const isNoOption = (word: string, i: number) =>
    !word.startsWith('--') && word !== '-h' && word !== '-V' && words[i - 1] !== '--library'
  const [first, ...rest] = words.filter(isNoOption)
  return first === undefined ? [] : first === 'help' ? rest : [first]
}

async function findCommand(name: string): Promise<Command> {
  const command = await loadCommand(name)
  if (command) return command
  if (LATER_COMMANDS.includes(name)) throw usageError(`"${name}" is not available in this version.`)
  const near = nearest(name, [...COMMAND_NAMES, ...LATER_COMMANDS])
  throw usageError(`There is no command "${name}".`, near === undefined ? 'gleaner --help' : `gleaner ${near}`)
}

function checkCount({ name, takes }: Command, { words }: Arguments): void {
  if (words.length < takes.min) throw usageError(`${name} needs ${takes.min === 1 ? 'an argument' : 'more arguments'}.`)
  const excess = words[takes.max]
  if (excess === undefined) return
  const isOneTooMany = takes.max === 1 && ['query', 'count', 'complete', 'watch'].includes(name)
  const hint = isOneTooMany ? ' Put the whole query between single quotes.' : ''
  throw usageError(`${name} takes ${takes.max === 0 ? 'no' : 'fewer'} arguments; "${excess}" is too much.${hint}`)
}

type Running = {
  readonly program: Program
  readonly command: Command
  readonly args: Arguments
  readonly screen: Screen
  readonly isJson: boolean
}

async function runCommand(running: Running): Promise<number> {
  const { program, command, screen } = running
  for (let run = 1; ; run += 1) {
    const session = createSession(running)
    try {
      return await Promise.race([command.run(session.context), session.interrupted])
    } catch (error) {
      const isLost = toFailure(error).code === 'OUTCOME_UNKNOWN'
      const canRepeat = command.canRunAgain === true && run < MOST_RUNS && !screen.hasWritten()
      if (!isLost || !canRepeat || program.signal.aborted) throw error
    } finally {
      await session.close()
    }
  }
}

/** What one run of a command holds: its connection, its progress line, and what an interruption means for it. */
function createSession({ program, args, screen, isJson }: Running) {
  const base = baseFolder(program.env, program.cwd)
  const named = args.value('library') ?? (program.env['GLEANER_LIBRARY'] || undefined)
  const directory = named === undefined ? defaultLibrary() : resolve(base, named)
  let connection: Connection | undefined
  let progress: Progress | undefined
  let word = 'Interrupted.'
  const close = async () => {
    await progress?.stop()
    await connection?.close()
    progress = undefined
    connection = undefined
  }
  const context: Context = {
    args,
    isJson,
    screen,
    directory,
    base,
    signal: program.signal,
    async connect(mode) {
      await close()
      connection = await program.connect({ directory, mode, signal: program.signal })
      if (mode === 'working') progress = startProgress(connection.client, screen)
      return connection.client
    },
    ifInterrupted(text) {
      word = text
    },
  }
  const interrupted = new Promise<never>((_, reject) => {
    const stop = () => reject(interruption(word))
    if (program.signal.aborted) stop()
    else program.signal.addEventListener('abort', stop, { once: true })
  })
  return { context, interrupted, close }
}
