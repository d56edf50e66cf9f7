import { Argument, Command, type CommanderError, Option } from 'commander'
import { ROLES } from '../config/roles.ts'
import { QUERY_SYNTAX } from '../domain/query-syntax.ts'
import { TEXT_STATES } from '../domain/text-state.ts'
import { MESSAGE_TYPES } from '../domain/topics.ts'
import { programVersion } from '../runtime/version.ts'
import { CDC_ACTIONS } from './cdc/actions.ts'
import { DEAD_LETTER_ACTIONS } from './dead-letters/actions.ts'
import { EXIT, EXIT_CODES_HELP } from './exit-codes.ts'
import {
  type AddCommand,
  collect,
  type Work,
  withConfig,
  withPolicy,
  withService,
} from './command-options.ts'
import { addDocumentCommands } from './document-commands.ts'
import { addIdentityCommands } from './identity-commands.ts'
import { withFilters } from './filters.ts'
import type { Io } from './io.ts'

/** The command line. The code of a command is loaded when it runs, so that help is fast. */
export function createProgram(io: Io, onChosen: (work: Work) => void): Command {
  const program = new Command('docmgr')
    .description('Event-driven document management and signing: one program, every role.')
    .version(programVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain the command')
    .helpCommand('help [command]', 'explain a command')
    .option('--no-color', 'print plain text, like the variable NO_COLOR')
    .showHelpAfterError('Try `docmgr --help`.')
    .exitOverride()
    .addHelpText('after', `\nExample:\n  $ docmgr serve\n\n${EXIT_CODES_HELP}`)

  const add: AddCommand = (usage, description, example) =>
    program
      .command(usage)
      .description(description)
      .helpOption('-h, --help', 'explain the command')
      .showHelpAfterError(`Try \`docmgr ${usage.split(' ')[0]} --help\`.`)
      .addHelpText('after', `\nExample:\n${example.replace(/^/gm, '  $ ')}`)

  addServerCommands(add, onChosen, io)
  addDocumentCommands(add, onChosen, io)
  addClientCommands(add, onChosen, io)
  addAdministrationCommands(add, onChosen, io)
  addIdentityCommands(add, onChosen, io)
  addRepairCommands(add, onChosen, io)
  addBackupCommands(add, onChosen, io)
  const example = 'eval "$(docmgr completion bash)"'
  withPolicy('public', add('completion', 'print the completion script for a shell', example))
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action((shell) => onChosen(async () => (await import('./completion.ts')).completion(shell, program, io)))
  return program
}

function addServerCommands(add: AddCommand, chosen: (work: Work) => void, io: Io): void {
  withConfig(add('serve', 'start the service', 'docmgr serve --role=document,signature --port 8080'))
    .option('--role <roles>', `${ROLES.join(', ')}, separated by commas, or all`)
    .option('--host <address>', 'address to listen on')
    .option('--port <port>', 'port of all routes; 0: any free one')
    .option('--json', 'print the addresses it listens on as one line of JSON')
    .action((options) => chosen(async () => (await import('./serve.ts')).serve(options, io)))

  withConfig(add('migrate', 'apply pending migrations', 'docmgr migrate --check && echo up to date'))
    .option('--check', 'only print how many migrations are pending')
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./migrate.ts')).migrate(options, io)))

  withConfig(
    add('reindex', 'compare the search index with the database and index missing documents', REINDEX_EXAMPLE),
  )
    .option('--check', 'only print what is missing')
    .addOption(
      new Option(
        '--text <state>',
        'instead: have the service read the texts in this state again; unread: those with pages or images that OCR has not read',
      )
        .choices([...TEXT_STATES, 'unread'])
        .conflicts('check'),
    )
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./reindex.ts')).reindex(options, io)))
}

/** Commands that use a service, beside those of `addDocumentCommands`. */
function addClientCommands(add: AddCommand, chosen: (work: Work) => void, io: Io): void {
  withService(
    'create',
    add('seed', 'create realistic documents, signatures and statuses', 'docmgr seed --count 1000 --seed 7'),
  )
    .option('--count <number>', 'how many documents', '100')
    .option('--seed <number>', 'documents depend on it; running a seed again creates nothing twice', '1')
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./seed.ts')).seed(options, io)))

  withService(
    'create',
    add('import <path...>', 'import files, and those of folders', 'docmgr import ~/Documents/contracts'),
  )
    .option(
      '--created-by <e-mail>',
      'author of the documents; default: the user of the token, else import@docmgr.local',
    )
    .option('--hidden', 'include files and folders whose name starts with a dot')
    .option('--name-encoding <name>', 'of file names that are not UTF-8; by default it is detected')
    .option('--json', 'print one line of JSON per file and one for the summary')
    .action((paths, options) =>
      chosen(async () => (await import('./import.ts')).importFiles(paths, options, io)),
    )

  const search = add('search <query>', 'find documents by their title and text', SEARCH_EXAMPLE)
  search.showHelpAfterError(SEARCH_HINT).addHelpText('after', `\nQueries:\n${QUERY_HELP}`)
  withService('list', withFilters(search, 'search'))
    .option('--from <number>', 'number of results to skip', '0')
    .option('--size <number>', 'maximum number of results', '10')
    .option('--json', 'print the answer as JSON')
    .action((query, options) => chosen(async () => (await import('./search.ts')).search(query, options, io)))

  withService(
    'read',
    add('tail <document-id>', 'print the events of a document as they happen', TAIL_EXAMPLE),
  )
    .addOption(
      new Option('--since <when>', 'begin with what has happened, or with new events only')
        .choices(['start', 'now'])
        .default('start'),
    )
    .option('--last <position>', 'begin after this position, instead of --since')
    .addOption(
      new Option('--until <type>', 'end after an event of this type, even if it is in the past').choices(
        MESSAGE_TYPES,
      ),
    )
    .option('--count <number>', 'end after this number of events')
    .option('--json', 'print one line of JSON per event')
    .action((id, options) => chosen(async () => (await import('./tail.ts')).tail(id, options, io)))
}

function addAdministrationCommands(add: AddCommand, chosen: (work: Work) => void, io: Io): void {
  withConfig(add('token', 'sign a token for a user', TOKEN_EXAMPLE))
    .requiredOption('--user-id <id>', 'id of the user')
    .requiredOption('--email <e-mail>', 'e-mail address of the user')
    .option('--admin', 'make the user an administrator')
    .option('--auditor', 'let the user read everything')
    .option('--group <name>', 'a group that the user is in; can be repeated', collect)
    .option('--lifetime <seconds>', 'how long it is valid; default: auth.tokenLifetime')
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./token.ts')).token(options, io)))

  withConfig(add('config', 'show the current settings and where each comes from', 'docmgr config --json'))
    .option('--all', 'also show the variable and the meaning of each')
    .option('--markdown', 'print a table of all settings and their defaults')
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./config.ts')).showConfig(options, io)))

  withConfig(add('roles', 'show the modules of the roles', 'docmgr roles --role=search --mermaid'))
    .option('--role <roles>', 'only these roles, separated by commas')
    .option('--mermaid', 'print a Mermaid flowchart')
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./roles.ts')).showRoles(options, io)))

  withConfig(add('doctor', 'check what docmgr needs on this machine and suggest fixes', 'docmgr doctor'))
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./doctor.ts')).doctor(options, io)))

  withConfig(add('cdc', 'manage the Debezium connector that publishes changes to Kafka', CDC_EXAMPLE))
    .addArgument(
      new Argument('<action>', 'create it and wait until it runs, show its status, or delete it').choices(
        CDC_ACTIONS,
      ),
    )
    .option('--connector <name>', 'name of the connector in Kafka Connect', 'docmgr-cdc')
    .option('--file <file>', 'JSON file with its properties; default: docker/debezium/connector.json')
    .option('--property <key=value>', 'overrides a property of the file; can be repeated', collect)
    .option('--wait <seconds>', 'how long apply and delete wait in total', '60')
    .option('--yes', 'delete: also drop the replication slot')
    .option('--json', 'print JSON')
    .action((action, options) => chosen(async () => (await import('./cdc.ts')).cdc(action, options, io)))

  withConfig(add('access', 'give each user of the servers its rights, as a superuser', ACCESS_EXAMPLE))
    .addArgument(
      new Argument('<action>', 'apply: add what is missing, remove what is too much').choices(['apply']),
    )
    .option('--passwords <folder>', 'files with the passwords that the users of all but Kafka get')
    .action((_action, options) => chosen(async () => (await import('./access.ts')).access(options, io)))
}

/** Commands that find and repair what is wrong with the stored data; they work beside a running service. */
function addRepairCommands(add: AddCommand, chosen: (work: Work) => void, io: Io): void {
  withConfig(
    add(
      'verify',
      'compare rows, histories, objects, access, index, cache and counters with each other',
      VERIFY_EXAMPLE,
    ),
  )
    .option(
      '--repair',
      'rebuild readers, index, cache and counters where they are wrong; contents are never changed',
    )
    .option('--grace <minutes>', 'age from which an object must have a row', '60')
    .option('--settle <seconds>', 'how long a difference has to last beside a running service', '5')
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./verify.ts')).verify(options, io)))

  withConfig(add('gc', 'remove objects that no row names, what has expired and old tombstones', GC_EXAMPLE))
    .option('--dry-run', 'only print what it would remove')
    .option(
      '--grace <minutes>',
      'age from which an object must have a row; tombstones are kept for changes.historyHours longer',
      '1440',
    )
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./gc.ts')).gc(options, io)))

  withConfig(add('dead-letters', 'manage the events that could not be processed', DEAD_LETTERS_EXAMPLE))
    .addArgument(
      new Argument(
        '<action>',
        'list them, show some, retry with the newest state of their documents, or drop them',
      ).choices(DEAD_LETTER_ACTIONS),
    )
    .argument('[ids...]', 'ids of letters, from list')
    .option('--consumer <name>', 'only letters of this consumer, such as indexer')
    .option('--document <id>', 'only letters about this document')
    .option('--since <time>', 'only letters since this time, or of this age: 90m, 24h, 7d')
    .option('--all', 'every letter that the other options leave')
    .option('--json', 'print JSON')
    .action((action, ids, options) =>
      chosen(async () => (await import('./dead-letters.ts')).deadLetters(action, ids, options, io)),
    )
}

function addBackupCommands(add: AddCommand, chosen: (work: Work) => void, io: Io): void {
  withConfig(
    add(
      'backup <file>',
      'write database, contents and secrets to one file, while docmgr runs',
      BACKUP_EXAMPLE,
    ),
  )
    .option('--check', 'only read a file that exists, and verify it')
    .option('--force', 'replace a file that exists')
    .option('--json', 'print JSON')
    .action((file, options) => chosen(async () => (await import('./backup.ts')).backup(file, options, io)))

  withConfig(
    add('restore <file>', 'restore a backup into an empty data folder, or empty servers', RESTORE_EXAMPLE),
  )
    .option('--incomplete', 'also one that lacks contents which were damaged')
    .option('--json', 'print JSON')
    .action((file, options) => chosen(async () => (await import('./restore.ts')).restore(file, options, io)))
}

const RESTORE_EXAMPLE = 'docmgr restore ~/backups/docmgr-2026-11-29.tar.gz --data restored'
const BACKUP_EXAMPLE = 'docmgr backup ~/backups/docmgr-$(date +%F).tar.gz'
const SEARCH_EXAMPLE = `docmgr search '"notice period" rent'\ndocmgr search 'title:lease -draft indemni* status:signed'`
const QUERY_HELP = `${QUERY_SYNTAX.map(([example, meaning]) => `  ${example.padEnd(17)} ${meaning}`).join('\n')}
  A query that looks like an option needs -- before it: docmgr search -- '-status:sent rent'`
const SEARCH_HINT = `Try \`docmgr search --help\`. The query is one argument, in quotes where it has several words. What looks like
an option is one, unless -- stands before it: docmgr search -- '-status:sent rent'`
const GC_EXAMPLE = 'docmgr gc --dry-run'
const VERIFY_EXAMPLE = 'docmgr verify || docmgr verify --repair'
const DEAD_LETTERS_EXAMPLE = 'docmgr dead-letters list\ndocmgr dead-letters retry --all'
const TAIL_EXAMPLE = 'docmgr tail 019aa1b2-0000-7000-8000-000000000001 --until document.signed'
const REINDEX_EXAMPLE = 'docmgr reindex --check || docmgr reindex'
const ACCESS_EXAMPLE = `DOCMGR_CHANGES_URL=kafka://admin:…@kafka:9092?sasl=plain \\
    docmgr access apply --passwords /run/secrets`
const CDC_EXAMPLE = 'docmgr cdc apply --property poll.interval.ms=100\ndocmgr cdc status --json'
const TOKEN_EXAMPLE = `curl -H "Authorization: Bearer $(docmgr token --user-id ada --email ada@example.com)" \\
    http://127.0.0.1:8000/documents`

/** The exit code for an error of commander, which has already printed it. */
export function exitCodeOfUsage(error: CommanderError): number {
  return error.exitCode === 0 ? EXIT.done : EXIT.usage
}
