/** Options that select documents, derived from the table of a document's fields. */
import { type Command, Option } from 'commander'
import {
  fieldDefinition,
  filterParameters,
  type FilterParameter,
  takesSeveral,
} from '../domain/document-fields.ts'
import { STATUSES } from '../domain/document-status.ts'
import { TEXT_STATES } from '../domain/text-state.ts'

type Where = 'list' | 'search'

/** Adds an option for each filter that the service has: `created_by` is --created-by. */
export function withFilters(command: Command, where: Where): Command {
  for (const [name, parameter] of Object.entries(filterParameters(where))) {
    const flag = `--${name.replaceAll('_', '-')}`
    const { type } = fieldDefinition(parameter.field)
    const flags = type === 'status' ? `-s, ${flag} <status>` : `${flag} <${PLACEHOLDERS[type] ?? 'value'}>`
    const option = new Option(flags, describe(parameter))
    if (type === 'status') option.choices(STATUSES)
    if (type === 'textState') option.choices(TEXT_STATES)
    command.addOption(takesSeveral(parameter) ? repeatable(option) : option)
  }
  return command
}

/** Collects the values, each checked as before. */
function repeatable(option: Option): Option {
  const check = option.parseArg
  option.description += '; can be repeated'
  return option.argParser((value, before: string[] = []) => [
    ...before,
    check === undefined ? value : check(value, before as unknown as string),
  ])
}

const PLACEHOLDERS: Partial<Record<ReturnType<typeof fieldDefinition>['type'], string>> = {
  email: 'e-mail',
  mediaType: 'type',
  timestamp: 'time',
  text: 'text',
  textState: 'state',
}

function describe({ field, operator }: FilterParameter): string {
  const name = field.replaceAll('_', ' ')
  switch (operator) {
    case 'equal':
    case 'caseless':
      return `only documents with this ${name}`
    case 'contains':
      return `only documents whose ${name} contains this text`
    case 'from':
      return `only documents ${name.replace(/ at$/, '')} at this time or later`
    case 'to':
      return `only documents ${name.replace(/ at$/, '')} before this time`
  }
}

/** The filters among the options of a command, as query parameters. Times without a zone are local. */
export function filtersOf(where: Where, options: object): Record<string, string | string[]> {
  const given = options as Record<string, string | string[] | undefined>
  const filters: Record<string, string | string[]> = {}
  for (const [name, { operator }] of Object.entries(filterParameters(where))) {
    const value = given[name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())]
    if (value !== undefined)
      filters[name] = typeof value === 'string' && isTime(operator) ? utc(value) : value
  }
  return filters
}

const isTime = (operator: FilterParameter['operator']): boolean => operator === 'from' || operator === 'to'

/** What is no time is left to the service, which says what a time is. */
function utc(text: string): string {
  const hasTime = /\d[T ]\d/.test(text)
  // A date alone would be midnight in UTC (ECMA-262, 21.4.1.32).
  const time = new Date(hasTime ? text : `${text}T00:00:00`)
  return Number.isNaN(time.getTime()) ? text : time.toISOString()
}
