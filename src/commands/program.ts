import { Argument, Command, type CommanderError, Option } from 'commander'
import { ROLES } from '../config/roles.ts'
import { STATUSES } from '../domain/document.ts'
import { programVersion } from '../runtime/version.ts'
import { EXIT, EXIT_CODES_HELP } from './exit-codes.ts'
import { type Io } from './io.ts'

/** A command's work: resolves with the exit code. */
type Work = () => Promise<number>

/** The whole command line. Nothing of a command is loaded before it runs, so that help is quick. */
export function createProgram(io: Io, onChosen: (work: Work) => void): Command {
  const program = new Command('docmgr')
    .description('Event-driven document management and signing: one program, every role.')
    .version(programVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain the command')
    .helpCommand('help [command]', 'explain a command')
    .option('--no-color', 'plain text, as with the variable NO_COLOR')
    .showHelpAfterError('Try `docmgr --help`.')
    .exitOverride()
    .addHelpText('after', `\nExample:\n  $ docmgr serve\n\n${EXIT_CODES_HELP}`)

  const add = (usage: string, description: string, example: string): Command =>
    program
      .command(usage)
      .description(description)
      .helpOption('-h, --help', 'explain the command')
      .showHelpAfterError(`Try \`docmgr ${usage.split(' ')[0]} --help\`.`)
      .addHelpText('after', `\nExample:\n${example.replace(/^/gm, '  $ ')}`)

  const chosen = (work: Work): void => onChosen(work)

  withConfig(add('serve', 'start the service', 'docmgr serve --role=document,signature --port 8080'))
    .option('--role <roles>', `${ROLES.join(', ')}, separated by commas, or all`)
    .option('--host <address>', 'the address to listen on')
    .option('--port <port>', 'the port with all routes; 0: any free one')
    .option('--json', 'print where it listens as one line of JSON')
    .action((options) => chosen(async () => (await import('./serve.ts')).serve(options, io)))

  withConfig(
    add('migrate', 'bring the database to the newest schema', 'docmgr migrate --check && echo up to date'),
  )
    .option('--check', 'only say how many migrations are pending')
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./migrate.ts')).migrate(options, io)))

  withConfig(
    add('reindex', 'compare the search index with the database, and index what it lacks', REINDEX_EXAMPLE),
  )
    .option('--check', 'only say what the index lacks')
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./reindex.ts')).reindex(options, io)))

  withService(
    add('seed', 'make realistic documents, signatures and statuses', 'docmgr seed --count 1000 --seed 7'),
  )
    .option('--count <number>', 'how many documents', '100')
    .option('--seed <number>', 'another seed makes other documents; the same one makes nothing twice', '1')
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./seed.ts')).seed(options, io)))

  withService(add('import <folder>', 'import the files of a folder', 'docmgr import ~/Documents/contracts'))
    .option('--created-by <e-mail>', 'who has made the documents', 'import@docmgr.local')
    .option('--hidden', 'also files and folders whose name starts with a dot')
    .option('--json', 'print one line of JSON for each file, and one for the whole')
    .action((folder, options) =>
      chosen(async () => (await import('./import.ts')).importFolder(folder, options, io)),
    )

  withService(
    add('search <query>', 'find documents by their title and text', `docmgr search '"notice period" rent'`),
  )
    .addOption(new Option('--status <status>', 'only documents in this status').choices(STATUSES))
    .option('--created-by <e-mail>', 'only documents made by this person')
    .option('--content-type <type>', 'only documents of this media type')
    .option('--from <number>', 'leave out the first ones', '0')
    .option('--size <number>', 'how many at the most', '10')
    .option('--json', 'print the answer as JSON')
    .action((query, options) => chosen(async () => (await import('./search.ts')).search(query, options, io)))

  withService(add('tail <document-id>', 'print the events of a document as they happen', TAIL_EXAMPLE))
    .addOption(
      new Option('--since <when>', 'start with the history that is kept, or now; start with --until')
        .choices(['start', 'now'])
        .conflicts('last'),
    )
    .option('--last <position>', 'start with what came after this position')
    .option(
      '--until <type>',
      'end after an event of this type, such as document.signed, or when it has happened before',
    )
    .option('--count <number>', 'end after so many events')
    .option('--json', 'print one line of JSON for each event')
    .action((id, options) => chosen(async () => (await import('./tail.ts')).tail(id, options, io)))

  withConfig(add('token', 'sign a token for a user', TOKEN_EXAMPLE))
    .requiredOption('--user-id <id>', 'the user')
    .requiredOption('--email <e-mail>', 'e-mail of the user')
    .option('--admin', 'an administrator')
    .option('--lifetime <seconds>', 'how long it is valid; auth.tokenLifetime without it')
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./token.ts')).token(options, io)))

  withConfig(add('config', 'show the settings in force, and where each comes from', 'docmgr config --json'))
    .option('--all', 'also what each is for, and its variable')
    .option('--markdown', 'a table of all settings with their defaults')
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./config.ts')).showConfig(options, io)))

  withConfig(add('roles', 'show which modules the roles are made of', 'docmgr roles --role=search --mermaid'))
    .option('--role <roles>', 'only of these, separated by commas')
    .option('--mermaid', 'print a Mermaid flowchart')
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./roles.ts')).showRoles(options, io)))

  withConfig(add('doctor', 'check what docmgr needs on this machine and suggest fixes', 'docmgr doctor'))
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./doctor.ts')).doctor(options, io)))

  withConfig(add('cdc', 'manage the Debezium connector that feeds Kafka', CDC_EXAMPLE))
    .addArgument(
      new Argument('<action>', 'make it and wait until it runs, look at it, or delete it').choices([
        'apply',
        'status',
        'delete',
      ] as const),
    )
    .option('--connector <name>', 'its name in Kafka Connect', 'docmgr-cdc')
    .option('--file <file>', 'JSON with its properties, instead of docker/debezium/connector.json')
    .option('--property <key=value>', 'a property of it, instead of the one there; can be repeated', collect)
    .option('--wait <seconds>', 'how long apply and delete wait for all they need', '60')
    .option('--yes', 'delete: also drop the replication slot')
    .option('--json', 'print JSON')
    .action((action, options) => chosen(async () => (await import('./cdc.ts')).cdc(action, options, io)))

  add('completion', 'print the completion for a shell', 'eval "$(docmgr completion bash)"')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action((shell) => chosen(async () => (await import('./completion.ts')).completion(shell, program, io)))

  return program
}

const TAIL_EXAMPLE = 'docmgr tail 019aa1b2-0000-7000-8000-000000000001 --until document.signed'
const REINDEX_EXAMPLE = 'docmgr reindex --check || docmgr reindex'
const CDC_EXAMPLE = 'docmgr cdc apply --property poll.interval.ms=100\ndocmgr cdc status --json'
const TOKEN_EXAMPLE = `curl -H "Authorization: Bearer $(docmgr token --user-id ada --email ada@example.com)" \\
    http://127.0.0.1:8000/documents`

function withConfig(command: Command): Command {
  return command
    .option('--data <folder>', 'the data folder')
    .option('--config <file>', 'the configuration file, instead of docmgr.config.ts')
    .option('--set <key=value>', 'any setting, such as listen.grpc=off; can be repeated', collect)
}

function withService(command: Command): Command {
  return withConfig(command)
    .option(
      '--url <url>',
      'the service; without it the one that runs here, or else one for this command alone',
    )
    .option('--token <jwt>', 'sent with each request, where the service requires one')
}

const collect = (value: string, before: string[] = []): string[] => [...before, value]

/** What commander's own errors end with; it has already printed them. */
export function exitCodeOfUsage(error: CommanderError): number {
  return error.exitCode === 0 ? EXIT.done : EXIT.usage
}
