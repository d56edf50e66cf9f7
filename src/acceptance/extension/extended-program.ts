/**
 * docmgr with one more document field, `category`, and one more topic, `cdc.comments`: the recipes of CONTRIBUTING.md
 * applied to a copy of the source tree, which is then built. What the recipes do not name must not have to change.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { builtProgram, type Program } from '../../testing/cli.ts'

/** What the build and drizzle-kit read. */
const SOURCES = [
  'src',
  'drizzle',
  'proto',
  'docker/debezium',
  'package.json',
  'package-lock.json',
  'drizzle.config.ts',
  'tsconfig.json',
]

/** File → the text that the recipe inserts, and the line before which it goes. */
const EDITS: Record<string, { before: string; insert: string }[]> = {
  'src/domain/document-fields.ts': [
    {
      before: '  deleted_at: {',
      insert: `  category: {
    type: 'text', maxChars: 100, nullable: true, visibility: 'public', input: true, reportsUpdate: true,
    search: 'words', weight: 1, filter: { match: 'equal', search: true }, facet: true,
  },
`,
    },
  ],
  'src/db/schema.ts': [
    { before: '    deleted_at: timestamp(),', insert: '    category: varchar({ length: 100 }),\n' },
    {
      before: '// --- signatures:',
      insert: `export const comments = documentsSchema.table('comments', {
  id: uuid().primaryKey(),
  document_id: uuid().notNull(),
  text: text().notNull(),
})

`,
    },
  ],
  'src/domain/topics.ts': [
    {
      before: "  'cdc.signatures': SignatureRow",
      insert: "  'cdc.comments': { id: string; document_id: string; text: string }\n",
    },
    {
      before: '] as const satisfies',
      insert:
        "  { topic: 'cdc.comments', schema: 'documents', table: 'comments', documentId: 'document_id', letter: 'c' },\n",
    },
    { before: "  'signature.added',", insert: "  'comment.added',\n" },
  ],
  'src/roles/ws/message-schemas.ts': [
    {
      before: "  'cdc.signatures': SIGNATURE_ROW",
      insert: "  'cdc.comments': { id: z.uuid(), document_id: z.uuid(), text: z.string() },\n",
    },
    {
      before: "  'signature.added': z",
      insert: "  'comment.added': z.object({ id: z.uuid(), document_id: z.uuid(), text: z.string() }),\n",
    },
  ],
  'src/roles/ws/messages-of-event.ts': [
    {
      before: "  'cdc.signatures': ",
      insert:
        "  'cdc.comments': ({ op, after }) => (op === 'c' ? [['comment.added', { ...after! }]] : []),\n",
    },
  ],
}

/** The part of the migration that drizzle-kit cannot generate. The trigger stands for the code that would add comments. */
const MIGRATION = `
--> statement-breakpoint
ALTER TABLE documents.comments REPLICA IDENTITY FULL;
--> statement-breakpoint
ALTER PUBLICATION docmgr_cdc ADD TABLE documents.comments;
--> statement-breakpoint
CREATE FUNCTION documents.comment_on_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO documents.comments VALUES (gen_random_uuid(), NEW.id, 'changed to ' || NEW.title);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER documents_comment AFTER UPDATE ON documents.documents
  FOR EACH ROW EXECUTE FUNCTION documents.comment_on_update();
`

/** The extended program, built in a folder of its own that the caller removes. */
export interface ExtendedProgram {
  program: Program
  remove(): Promise<void>
}

export async function buildExtendedProgram(): Promise<ExtendedProgram> {
  const root = dirname(dirname(builtProgram().path))
  const copy = await mkdtemp(join(tmpdir(), 'docmgr-extended-'))
  for (const source of SOURCES) await cp(join(root, source), join(copy, source), { recursive: true })
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const [file, edits] of Object.entries(EDITS)) {
    const path = join(copy, file)
    let text = await readFile(path, 'utf8')
    for (const { before, insert } of edits) {
      assert.equal(text.split(before).length, 2, `${file} has one line with ${before}`)
      text = text.replace(before, () => insert + before)
    }
    await writeFile(path, text)
  }
  run(copy, 'node_modules/.bin/drizzle-kit', 'generate', '--name=extension')
  const migration = (await readdir(join(copy, 'drizzle'))).find((name) => name.endsWith('_extension.sql'))!
  await writeFile(join(copy, 'drizzle', migration), MIGRATION, { flag: 'a' })
  run(copy, process.execPath, 'src/build/build.mjs', '--program')
  return {
    program: { path: join(copy, 'dist', 'cli.js') },
    remove: () => rm(copy, { recursive: true, force: true }),
  }
}

function run(folder: string, command: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
  })
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${stdout}${stderr}`)
}
