import { type Command, type Option } from 'commander'
import { ROLES } from '../../config/roles.ts'

/** The possible values: words, a path, or anything. */
export type Values = readonly string[] | 'file' | 'folder' | 'anything'

export interface OptionDescription {
  /** such as `--json`, and `-h` where there is one */
  names: string[]
  description: string
  /** undefined: it takes no value */
  values?: Values
}

export interface CommandDescription {
  name: string
  description: string
  options: OptionDescription[]
  /** of the first argument; undefined: there is none */
  argument?: Values
}

/** Values of options and arguments that are not declared as choices. */
const VALUES: Record<string, Values> = {
  '--role': [...ROLES, 'all'],
  '--data': 'folder',
  '--config': 'file',
  '--file': 'file',
  path: 'file',
}

/** The commands, including `help`, as the scripts of the shells need them. */
export function describeCommands(program: Command): CommandDescription[] {
  const commands = program.commands.map((command): CommandDescription => {
    const [argument] = command.registeredArguments
    return {
      name: command.name(),
      description: command.description(),
      options: [...command.options, ...program.options.filter(({ long }) => long === '--no-color')]
        .map(describeOption)
        .concat(HELP),
      ...(argument && { argument: argument.argChoices ?? VALUES[argument.name()] ?? 'anything' }),
    }
  })
  const names = commands.map(({ name }) => name)
  return [...commands, { name: 'help', description: 'explain a command', options: [HELP], argument: names }]
}

const HELP: OptionDescription = { names: ['-h', '--help'], description: 'explain the command' }

function describeOption(option: Option): OptionDescription {
  const names = [option.short, option.long].filter((name) => name !== undefined)
  const values = option.argChoices ?? VALUES[option.long ?? ''] ?? 'anything'
  const takesValue = option.required || option.optional
  return { names, description: option.description, ...(takesValue && { values }) }
}
