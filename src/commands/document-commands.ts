import { Argument, Option } from 'commander'
import { ACCESS_ROLES } from '../domain/access.ts'
import { STATUSES } from '../domain/document-status.ts'
import { type AddCommand, type Work, withService } from './command-options.ts'
import { withFilters } from './filters.ts'
import type { Io } from './io.ts'

const ID = '019aa1b2-0000-7000-8000-000000000001'

/** Commands for one document each. Names, short flags and output follow GitHub's `gh`. */
export function addDocumentCommands(add: AddCommand, chosen: (work: Work) => void, io: Io): void {
  withService(
    'create',
    add('create <files...>', 'create a document from each file; - is standard input', CREATE_EXAMPLE),
  )
    .alias('new')
    .option(
      '-t, --title <title>',
      'title of the document; default: the one that the file gives itself, or its name',
    )
    .option('--created-by <e-mail>', 'its owner; default: the user of the token, else that of this account')
    .option('--content-type <type>', 'media type; default: by the name and the first bytes of the file')
    .option('--json', 'print one line of JSON per document')
    .action((files, options) => chosen(async () => (await import('./create.ts')).create(files, options, io)))

  const list = add('list', 'list documents, the newest first', 'docmgr list --status signed --limit 100')
  withService('list', withFilters(list.alias('ls'), 'list'))
    .option('-L, --limit <number>', 'maximum number of documents', '30')
    .option('--json', 'print JSON')
    .action((options) => chosen(async () => (await import('./list.ts')).list(options, io)))

  withService('read', add('get <document-id>', 'show a document without its content', `docmgr get ${ID}`))
    .alias('view')
    .option('--json', 'print JSON')
    .action((id, options) => chosen(async () => (await import('./get.ts')).get(id, options, io)))

  withService(
    'read',
    add('download <document-id>', 'write the content of a document to a file', DOWNLOAD_EXAMPLE),
  )
    .option('-o, --output <file>', 'the file, or - for standard output; default: named as the document')
    .option('--clobber', 'replace the file if it exists')
    .option('--json', 'print JSON')
    .action((id, options) => chosen(async () => (await import('./download.ts')).download(id, options, io)))

  withService(
    'read',
    add('text <document-id>', 'print the text that was read of a document', `docmgr text ${ID}`),
  )
    .option('--json', 'print JSON')
    .action((id, options) => chosen(async () => (await import('./text.ts')).text(id, options, io)))

  addChangingCommands(add, chosen, io)
}

function addChangingCommands(add: AddCommand, chosen: (work: Work) => void, io: Io): void {
  withService(
    'change',
    add('status <document-id>', 'show or change the status of a document', `docmgr status ${ID} sent`),
  )
    .addArgument(new Argument('[status]', 'the new status').choices(STATUSES))
    .option('--json', 'print JSON')
    .action((id, wanted, options) =>
      chosen(async () => (await import('./status.ts')).status(id, wanted, options, io)),
    )

  withService('sign', add('sign <document-id>', 'sign a document', SIGN_EXAMPLE))
    .requiredOption('--email <e-mail>', 'e-mail address of the signer')
    .requiredOption('--name <name>', 'name of the signer')
    .option('--image <file>', 'image of the signature')
    .option('--json', 'print JSON')
    .action((id, options) => chosen(async () => (await import('./sign.ts')).sign(id, options, io)))

  withService(
    'read',
    add('history <document-id>', 'show who did what with a document', `docmgr history ${ID}`),
  )
    .option('--json', 'print JSON')
    .action((id, options) => chosen(async () => (await import('./history.ts')).history(id, options, io)))

  withService('share', add('share <document-id>', 'show or change who may use a document', SHARE_EXAMPLE))
    .argument('[who]', 'e-mail address, group:NAME, person:ID, or key:ID of an API key')
    .addOption(new Option('--role <role>', 'the role that they get').choices(ACCESS_ROLES).default('reader'))
    .option('--remove', 'take their role away')
    .option('--json', 'print JSON')
    .action((id, who, options) =>
      chosen(async () => (await import('./share.ts')).share(id, who, options, io)),
    )

  withService(
    'change',
    add('delete <document-id>', 'delete a document that was never signed', `docmgr delete ${ID} --yes`),
  )
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print JSON')
    .action((id, options) =>
      chosen(async () => (await import('./delete.ts')).deleteDocument(id, options, io)),
    )
}

const CREATE_EXAMPLE = `docmgr create lease.pdf --created-by ada@example.com
date | docmgr create - --title Today`
const DOWNLOAD_EXAMPLE = `docmgr download ${ID} --output lease.pdf`
const SHARE_EXAMPLE = `docmgr share ${ID} bob@example.com --role editor`
const SIGN_EXAMPLE = `docmgr sign ${ID} --email ada@example.com --name 'Ada Lovelace'`
