import { createApiKey, sha256Of } from '../auth/api-keys.ts'
import type { ListedKey } from '../db/key-store.ts'
import { isScope, type Scope, SCOPES } from '../domain/scopes.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import type { KeyAction } from './keys/actions.ts'
import { type Column, printRows } from './listing.ts'
import { type ConfigOptions, wholeNumber } from './options.ts'
import { checkEmail, withIdentities } from './with-identities.ts'

export interface KeysOptions extends ConfigOptions {
  email?: string
  scope: string
  expires: string
  json?: boolean
}

type Action = (argument: string | undefined, options: KeysOptions, io: Io) => Promise<number>

/** Lists, creates and revokes API keys. */
export const keys = (
  action: KeyAction,
  argument: string | undefined,
  options: KeysOptions,
  io: Io,
): Promise<number> => ACTIONS[action](argument, options, io)

const COLUMNS: readonly Column<ListedKey>[] = [
  { name: 'id', of: ({ id }) => id },
  { name: 'name', of: ({ name }) => name, shrinks: true },
  { name: 'acts for', of: ({ email }) => email, shrinks: true },
  { name: 'scopes', of: ({ scopes }) => scopes.join(',') },
  { name: 'expires', of: ({ expires_at }) => expires_at ?? 'never', isTime: true },
  { name: 'last used', of: ({ last_used_at }) => last_used_at ?? 'never', isTime: true },
  { name: 'state', of: stateOf },
]

function stateOf({ revoked_at, expires_at }: ListedKey): string {
  if (revoked_at !== null) return 'revoked'
  return expires_at !== null && Date.parse(expires_at) <= Date.now() ? 'expired' : 'valid'
}

const list: Action = (argument, options, io) => {
  if (argument !== undefined) throw new CommandError(`list: takes no argument (${argument})`, EXIT.usage)
  return withIdentities(options, async ({ keys }) => {
    const found = await keys.list()
    if (options.json) io.json({ keys: found })
    else if (found.length === 0) io.note('There are no API keys; `docmgr keys create` makes one.')
    else printRows(found, COLUMNS, io)
    return EXIT.done
  })
}

const MAX_NAME = 100
const MAX_DAYS = 3_650

const create: Action = (name, options, io) => {
  if (name === undefined || name.trim() === '' || name.length > MAX_NAME)
    throw new CommandError(`create: give the key a name of at most ${MAX_NAME} characters`, EXIT.usage)
  const email = checkEmail(options.email, '--email')
  const scopes = scopesOf(options.scope)
  const days = options.expires === 'never' ? undefined : daysOf(options.expires)
  return withIdentities(options, async ({ keys, people, newId }) => {
    const expiresAt = days === undefined ? null : new Date(Date.now() + days * 86_400_000).toISOString()
    const person = (await people.findByEmail(email)).find(({ disabled_at }) => disabled_at === null)
    const { id: personId } = person ?? (await addPerson())
    const { id, secret, text } = createApiKey()
    await keys.add({ id, name, secretSha256: sha256Of(secret), personId, scopes, expiresAt })
    if (options.json) io.json({ id, name, email, scopes, expires_at: expiresAt, key: text })
    else {
      io.note(`${id}: acts for ${email}; scopes ${scopes.join(', ')}; expires ${expiresAt ?? 'never'}.`)
      io.note('The key is shown only now:')
      io.out(text)
    }
    return EXIT.done

    async function addPerson() {
      if ((await people.findByEmail(email)).length > 0)
        throw new CommandError(
          `--email ${email}: this person is disabled; \`docmgr people enable\` ends that`,
        )
      io.note(`${email} is a new person.`)
      return people.put(newId(), email)
    }
  })
}

function scopesOf(text: string): Scope[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))]
  const unknown = names.find((name) => !isScope(name))
  if (unknown === undefined) return names.filter(isScope)
  throw new CommandError(`--scope ${unknown}: must be some of ${SCOPES.join(',')}`, EXIT.usage)
}

function daysOf(text: string): number {
  const [, days] = /^(\d+)d?$/.exec(text) ?? []
  if (days === undefined)
    throw new CommandError(`--expires ${text}: must be days, such as 90d, or never`, EXIT.usage)
  return wholeNumber(days, '--expires', 1, MAX_DAYS)
}

const revoke: Action = (id, options, io) => {
  if (id === undefined) throw new CommandError('revoke: name the id of the key, from list', EXIT.usage)
  return withIdentities(options, async ({ keys }) => {
    if (!(await keys.revoke(id))) throw new CommandError(`there is no key ${id}`)
    if (options.json) io.json({ id, revoked: true })
    else io.out(`${id} is revoked: within 30 seconds nothing accepts it any more.`)
    return EXIT.done
  })
}

const ACTIONS: Record<KeyAction, Action> = { list, create, revoke }
