import { Argument } from 'commander'
import { SCOPES } from '../domain/scopes.ts'
import { type AddCommand, type Work, withConfig } from './command-options.ts'
import type { Io } from './io.ts'
import { KEY_ACTIONS } from './keys/actions.ts'
import { PEOPLE_ACTIONS } from './people/actions.ts'

/** Commands about who someone is; they work beside a running service. */
export function addIdentityCommands(add: AddCommand, chosen: (work: Work) => void, io: Io): void {
  withConfig(add('people', 'manage who is known, and who is an administrator', PEOPLE_EXAMPLE))
    .addArgument(
      new Argument('<action>', 'list everyone, or add, edit, disable or enable someone').choices(
        PEOPLE_ACTIONS,
      ),
    )
    .argument('[e-mail]', 'whom it is about')
    .option('--name <name>', 'add, edit: what they are called')
    .option('--admin', 'add, edit: make them an administrator')
    .option('--no-admin', 'edit: make them an ordinary user again')
    .option('--auditor', 'add, edit: let them read everything')
    .option('--no-auditor', 'edit: let them read only what they have access to')
    .option('--json', 'print JSON')
    .action((action, email, options) =>
      chosen(async () => (await import('./people.ts')).people(action, email, options, io)),
    )

  addLoginLink(add, chosen, io)
  withConfig(add('erase <e-mail>', 'erase what the histories of documents say of a person', ERASE_EXAMPLE))
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .action((email, options) => chosen(async () => (await import('./erase.ts')).erase(email, options, io)))
  withConfig(add('keys', 'manage API keys for programs', KEYS_EXAMPLE))
    .addArgument(
      new Argument('<action>', 'list all keys, create one, or revoke one for good').choices(KEY_ACTIONS),
    )
    .argument('[name-or-id]', 'create: a name for the key; revoke: the id of the key')
    .option('--email <e-mail>', 'create: the person whom the key acts for')
    .option('--scope <scopes>', `create: what it may do, of ${SCOPES.join(',')}`, 'read,write')
    .option('--expires <days>', 'create: after how many days it expires, or never', '90d')
    .option('--json', 'print JSON')
    .action((action, argument, options) =>
      chosen(async () => (await import('./keys.ts')).keys(action, argument, options, io)),
    )
}

function addLoginLink(add: AddCommand, chosen: (work: Work) => void, io: Io): void {
  withConfig(add('login-link', 'print a link that logs in a browser once, within ten minutes', LINK_EXAMPLE))
    .requiredOption('--email <e-mail>', 'the person that it logs in, who is added if not known yet')
    .option('--admin', 'make them an administrator')
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./login-link.ts')).loginLink(options, io)))
}

const ERASE_EXAMPLE = 'docmgr erase ada@example.com'
const LINK_EXAMPLE = 'docmgr login-link --email ada@example.com --admin'
const PEOPLE_EXAMPLE = 'docmgr people add ada@example.com --admin\ndocmgr people disable bob@example.com'
const KEYS_EXAMPLE = `docmgr keys create ci --email ci@example.com --scope read,write --expires 30d
docmgr keys revoke 4fKq0ZcWb1Xu`
