import { STATUSES } from '../domain/document-status.ts'

/** A word that a query excludes, such as -draft or -"first draft"; not an option with its value, such as -ssigned. */
const EXCLUSION = new RegExp(`^-(?!s(?:${STATUSES.join('|')})$)[^-\\s].+`, 'su')
const NO_VALUE = ['--json', '--no-color']

/**
 * The arguments of `search`, with a query that looks like an option (`-draft`) behind `--`. What can be the value of the
 * option before it stays where it is.
 */
export function withQueryArgument(args: readonly string[]): readonly string[] {
  const place = args.findIndex((arg, index) => index > 0 && EXCLUSION.test(arg) && !isValue(args[index - 1]!))
  if (args.find((arg) => !arg.startsWith('-')) !== 'search' || args.includes('--') || place === -1)
    return args
  return [...args.slice(0, place), ...args.slice(place + 1), '--', args[place]!]
}

const isValue = (before: string): boolean =>
  before === '-s' || (before.startsWith('--') && !before.includes('=') && !NO_VALUE.includes(before))
