/** Help texts: of the program, and of one command. */
import type { OptionSpec } from './args.ts'
import type { Command } from './command.ts'
import { formatTable } from './table.ts'

export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'library',
    value: 'DIR',
    help: 'the library folder; else GLEANER_LIBRARY, else the app-data folder',
  },
  { name: 'json', help: 'print JSON on stdout and nothing else there' },
  { name: 'quiet', help: 'no progress, notes or warnings on stderr' },
  { name: 'help', help: 'show help (also -h)' },
  { name: 'version', help: 'show the version (also -V)' },
]

/** The help of the program. */
export function programHelp(commands: readonly Command[], laterCommands: readonly string[]): string[] {
  return [
    'Gleaner looks through, searches, tags and edits folders of images with JSON sidecars.',
    '',
    'Usage: gleaner [--library DIR] [--json] [--quiet] COMMAND …',
    '',
    'Commands:',
    ...indent(formatTable(commands.map(({ name, summary }) => [name, summary]))),
    '',
    'Options of every command:',
    ...optionLines(GLOBAL_OPTIONS),
    '',
    'Examples:',
    ...indent([
      'gleaner add ~/captures',
      "gleaner query 'metadata.shift:night metadata.quality_score>80 -tag:blurry'",
      'gleaner set \'path:2026/site-3/\' location="Hall B" --dry-run',
      "gleaner tag 'metadata.reviewed:true' +reviewed -todo",
    ]),
    '',
    'Only words that begin with -- are options (and -h, -V); any other word is an argument, also one like -tag:blurry.',
    'A lone -- ends the options. In a checkout, write "npm run -s gleaner -- COMMAND …".',
    'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done, 4 library held by another program, 130 interrupted.',
    `"gleaner COMMAND --help" tells more. Not available in this version: ${laterCommands.join(', ')}.`,
  ]
}

/** The help of one command. */
export function commandHelp({ usage, summary, details, options, examples }: Command): string[] {
  return [
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.`,
    '',
    ...usageLines(usage),
    ...details.flatMap((paragraph) => ['', paragraph]),
    ...(options.length === 0 ? [] : ['', 'Options:', ...optionLines(options)]),
    '',
    'Options of every command:',
    ...optionLines(GLOBAL_OPTIONS),
    '',
    'Examples:',
    ...indent(examples.map((example) => `gleaner ${example}`)),
  ]
}

/** `Usage:` and the forms of a command. */
export function usageLines(usage: readonly string[]): string[] {
  return usage.map((form, i) => `${i === 0 ? 'Usage: ' : '       '}gleaner ${form}`)
}

function optionLines(options: readonly OptionSpec[]): string[] {
  return indent(formatTable(options.map(({ name, value, help }) => [`--${name}${value ? ` ${value}` : ''}`, help])))
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}
