import type { Person } from '../db/person-store.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { type Column, printRows } from './listing.ts'
import type { ConfigOptions } from './options.ts'
import type { PeopleAction } from './people/actions.ts'
import { checkEmail, withIdentities } from './with-identities.ts'

export interface PeopleOptions extends ConfigOptions {
  name?: string
  admin?: boolean
  auditor?: boolean
  json?: boolean
}

/** Lists people, adds, changes, disables and enables them. */
export function people(
  action: PeopleAction,
  argument: string | undefined,
  options: PeopleOptions,
  io: Io,
): Promise<number> {
  if (action === 'list') return list(argument, options, io)
  const email = checkEmail(argument, action)
  return CHANGES[action](email, options, io)
}

const COLUMNS: readonly Column<Person>[] = [
  { name: 'e-mail', of: ({ email }) => email, shrinks: true },
  { name: 'name', of: ({ name }) => name ?? '-', shrinks: true },
  { name: 'role', of: roleOf },
  { name: 'state', of: ({ disabled_at }) => (disabled_at === null ? 'enabled' : 'disabled') },
  { name: 'known by', of: ({ issuer }) => issuer, shrinks: true },
  { name: 'added', of: ({ created_at }) => created_at, isTime: true },
]

function roleOf({ admin, auditor }: Person): string {
  const roles = [...(admin ? ['administrator'] : []), ...(auditor ? ['auditor'] : [])]
  return roles.length === 0 ? 'user' : roles.join(', ')
}

function list(argument: string | undefined, options: PeopleOptions, io: Io): Promise<number> {
  if (argument !== undefined) throw new CommandError(`list: takes no argument (${argument})`, EXIT.usage)
  return withIdentities(options, async ({ people }) => {
    const found = await people.list()
    if (options.json) io.json({ people: found })
    else if (found.length === 0) io.note('Nobody is known yet; `docmgr people add` adds someone.')
    else printRows(found, COLUMNS, io)
    return EXIT.done
  })
}

type Change = (email: string, options: PeopleOptions, io: Io) => Promise<number>

/** What add and edit may set. */
const fieldsOf = ({ name, admin, auditor }: PeopleOptions) => ({
  ...(name !== undefined && { name }),
  ...(admin !== undefined && { admin }),
  ...(auditor !== undefined && { auditor }),
})

const add: Change = (email, options, io) =>
  withIdentities(options, async ({ people, newId }) => {
    if ((await people.findByEmail(email)).length > 0)
      throw new CommandError(`${email} is known already: \`docmgr people edit\` changes them`)
    const person = await people.put(newId(), email, fieldsOf(options))
    if (options.json) io.json(person)
    else io.out(`${email} is added${person.admin ? ' as an administrator' : ''}.`)
    return EXIT.done
  })

const edit: Change = (email, options, io) => {
  const fields = fieldsOf(options)
  if (Object.keys(fields).length === 0)
    throw new CommandError('edit: give --name, --admin, --auditor, --no-admin or --no-auditor', EXIT.usage)
  return withIdentities(options, async ({ people }) => {
    const changed = await people.edit(email, fields)
    if (changed.length === 0) throw unknown(email)
    if (options.json) io.json({ people: changed })
    else io.out(`${email} is changed.`)
    return EXIT.done
  })
}

const setDisabled =
  (disabled: boolean): Change =>
  (email, options, io) =>
    withIdentities(options, async ({ people }) => {
      if ((await people.setDisabled(email, disabled)) === 0) throw unknown(email)
      if (options.json) io.json({ email, disabled })
      else if (disabled)
        io.out(`${email} is disabled: within 30 seconds no token or key of theirs is accepted.`)
      else io.out(`${email} is enabled.`)
      return EXIT.done
    })

const unknown = (email: string): CommandError =>
  new CommandError(`nobody is known by ${email}; \`docmgr people list\` names everyone`)

const CHANGES: Record<Exclude<PeopleAction, 'list'>, Change> = {
  add,
  edit,
  disable: setDisabled(true),
  enable: setDisabled(false),
}
