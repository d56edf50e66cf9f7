import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { policyOfCommand } from '../../commands/command-options.ts'
import { EXIT } from '../../commands/exit-codes.ts'
import { createProgram } from '../../commands/program.ts'
import type { Policy } from '../../domain/policy.ts'
import type { Scope } from '../../domain/scopes.ts'
import { runHere } from '../run-here.ts'
import { TEST_FILE } from '../test-file.ts'
import type { Ability, Caller } from './callers.ts'
import { ownedDocument, unknownIds } from './fixture.ts'
import { uniqueWord } from './searches.ts'
import { type MatrixTarget, succeed } from './target.ts'

interface Run {
  document: string
  caller: Caller
  folder: string
}

/** How each command that calls a service is called, beside the service and the token. */
const ARGUMENTS: Record<string, (run: Run) => string[] | Promise<string[]>> = {
  create: async ({ folder }) => ['create', await newFile(folder)],
  seed: () => ['seed', '--count', '1', '--seed', String(Math.floor(Math.random() * 2 ** 30))],
  import: async ({ folder }) => ['import', await newFile(folder)],
  list: () => ['list'],
  search: () => ['search', 'lease'],
  get: ({ document }) => ['get', document],
  download: ({ document, folder }) => ['download', document, '-o', join(folder, 'download'), '--clobber'],
  text: ({ document }) => ['text', document],
  history: ({ document }) => ['history', document],
  tail: ({ document }) => ['tail', document, '--count', '1'],
  status: ({ document }) => ['status', document, 'sent'],
  delete: ({ document }) => ['delete', document, '--yes'],
  share: ({ document }) => ['share', document, 'other@example.com'],
  sign: ({ document, caller }) => [
    'sign',
    document,
    '--email',
    caller.user?.email ?? 'x@example.com',
    '--name',
    'X',
  ],
}

async function newFile(folder: string): Promise<string> {
  const path = join(folder, `${uniqueWord()}.txt`)
  await writeFile(path, `Heron ${uniqueWord()}`)
  return path
}

const NEEDED: Partial<Record<Policy, Ability>> = {
  read: 'read',
  sign: 'read',
  change: 'change',
  share: 'share',
}
const WRITES: Policy[] = ['create', 'change', 'share', 'sign']
const scopeOf = (policy: Policy): Scope => (WRITES.includes(policy) ? 'write' : 'read')
/** What these have created already they do not create again. */
const READS_TOO = ['import', 'seed']

interface Tested {
  /** of a command */
  name: string
  policy: Policy
}

/** @returns a part of what standard error says; undefined where it is permitted */
function refusalOf({ name, policy }: Tested, { may, scopes }: Caller, exists: boolean): RegExp | undefined {
  if (!may) return /token|authorization/
  const needed = NEEDED[policy]
  const needs = READS_TOO.includes(name) ? (['read', 'write'] as const) : [scopeOf(policy)]
  if (scopes && !needs.every((scope) => scopes.includes(scope))) return /lacks the scope|does not permit/
  if (needed === undefined) return undefined
  if (!exists || !may.includes('read')) return /there is no document/
  return may.includes(needed) ? undefined : /you may read this document/
}

/** Every command that calls a service, for every caller. Those of the machine ask no service. */
export function testCommands(target: MatrixTarget, callers: Record<string, Caller>): void {
  const program = createProgram({} as Parameters<typeof createProgram>[0], () => {})
  const commands = program.commands.flatMap((command) => {
    const policy = policyOfCommand(command)!
    return policy === 'machine' || policy === 'public' ? [] : [{ name: command.name(), policy }]
  })
  // A role of the service and a browser have no token that a command takes.
  const all = Object.entries(callers).filter(([, { role, bySession }]) => !role && !bySession)

  for (const { name, policy } of commands) {
    void test(`docmgr ${name} is for ${policy}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'docmgr-test-matrix-'))
      TEST_FILE.after(() => rm(folder, { recursive: true, force: true }))
      let shared: string | undefined
      assert.ok(name in ARGUMENTS, `docmgr ${name} needs arguments here`)
      for (const [who, caller] of all) {
        for (const exists of policy in NEEDED ? [true, false] : [true]) {
          const changes = WRITES.includes(policy) && policy in NEEDED
          const own = changes ? await ownedDocument(target) : (shared ??= await ownedDocument(target))
          const document = exists ? own : unknownIds().document
          const args = await ARGUMENTS[name]!({ document, caller, folder })
          const given = caller.token === undefined ? [] : ['--token', caller.token]
          const { code, errors } = await runHere([...args, '--url', target.http, ...given], 60_000)
          const about = `${who}, ${exists ? 'a document' : 'an unknown document'}: ${code} ${errors}`
          const refusal = refusalOf({ name, policy }, caller, exists)
          if (refusal === undefined) assert.equal(code, EXIT.done, about)
          else {
            assert.equal(code, caller.may ? EXIT.failed : EXIT.unauthenticated, about)
            assert.match(errors, refusal, about)
          }
        }
      }
    })
  }
}

/** Whose documents import makes. */
export function testImports(target: MatrixTarget, callers: Record<string, Caller>): void {
  void test("import makes the caller's documents, and waits for none that the caller may not read", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'docmgr-test-matrix-'))
    TEST_FILE.after(() => rm(folder, { recursive: true, force: true }))
    const ownerOf = async (who: string, ...more: string[]) => {
      const { token } = callers[who]!
      const path = await newFile(folder)
      const { code, output, errors } = await runHere(
        ['import', path, '--json', '--url', target.http, '--token', token!, ...more],
        30_000,
      )
      assert.equal(code, EXIT.done, errors)
      const { id } = JSON.parse(output.split('\n', 1)[0]!) as { id: string }
      const headers = callers['administrator']!.headers
      const document = await succeed<{ created_by: string }>(`${target.http}/documents/${id}`, 'GET', headers)
      return { owner: document.created_by, errors }
    }
    for (const who of ['stranger', 'administrator', "a key of the owner's for others"])
      assert.equal((await ownerOf(who)).owner, callers[who]!.user!.email)
    const { owner, errors } = await ownerOf(
      "a key of the owner's for others",
      '--created-by',
      'other@example.com',
    )
    assert.equal(owner, 'other@example.com')
    assert.match(errors, /not waited for: .* only other@example\.com may read/)
  })
}
