/** The tables of the history: what they are given, and that nothing in them can be changed. */
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { type Chain, faultsOfChain, faultsOfValues } from '../app/verify/history-chain.ts'
import { type HistoryEntry, type KeptEntry, PERSONAL_NAMES } from '../domain/history.ts'
import { insertDocument, insertSignature } from '../testing/changes.ts'
import { startTestDatabases } from '../testing/database.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { actingAs, actorOf } from './acting.ts'
import { inTransaction, queryRows, sqlState } from './query.ts'

const databases = await startTestDatabases()
TEST_FILE.after(() => databases.stop())
const { pool } = await databases.open()

const ADA = actorOf({
  principal: { kind: 'user', id: '7', email: 'Ada@Example.com', admin: false },
  clientAddress: '192.0.2.7',
  userAgent: 'test "agent" \\ \u2028 é',
})

async function chainOf(document_id: string): Promise<Chain & { entries: KeptEntry[] }> {
  const entries = await queryRows<KeptEntry & Record<string, unknown>>(
    pool,
    `select number, entry, sha256, salted from history.history left join history.personal using (document_id, number)
      where document_id = $1 order by number`,
    [document_id],
  )
  const heads = await queryRows<{ entries: number; sha256: string }>(
    pool,
    'select entries, sha256 from history.heads where document_id = $1',
    [document_id],
  )
  return { document_id, head: heads[0] ?? null, entries }
}

const entriesOf = ({ entries }: Chain): HistoryEntry[] =>
  entries.map(({ entry }) => JSON.parse(entry) as HistoryEntry)

/** JSON as RFC 8785 writes it; JSON.stringify does the rest. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    one instanceof Object && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )

const change = (text: string, values: unknown[], actor = ADA): Promise<unknown> =>
  queryRows(pool, text.replace('ACTING', actingAs(values.length + 1)), [...values, actor])

/** A document with a history of seven entries. */
async function changedDocument(): Promise<string> {
  const id = await insertDocument(pool, 'First\n"title" \u0001 \ud83d\udd8a \u007f')
  await change(`update documents.documents set title = 'Second' from ACTING where id = $1`, [id])
  await change(`update documents.documents set status = 'sent' from ACTING where id = $1`, [id])
  await change(
    `insert into documents.access (document_id, principal, role, created_at, granted_by)
     select $1, 'email:bob@example.com', 'reader', now(), 'test' from ACTING`,
    [id],
  )
  await change(
    `update documents.access set role = 'editor' from ACTING where document_id = $1 and role = 'reader'`,
    [id],
  )
  await insertSignature(pool, id, 'bob@example.com')
  await change(`select history.record_refusal($1, 'share') from ACTING`, [id])
  return id
}

test('each change has an entry with who made it, as RFC 8785 writes it, chained to the one before', async () => {
  const id = await changedDocument()
  await change(`update documents.documents set deleted_at = now() from ACTING where id = $1`, [id])
  const chain = await chainOf(id)
  const parsed = entriesOf(chain)
  assert.deepEqual(
    parsed.map(({ action, by, version }) => [action, by, version]),
    [
      ['document.created', 'database', 1],
      ['document.changed', 'person', 2],
      ['document.changed', 'person', 3],
      ['access.given', 'person', undefined],
      ['access.given', 'person', undefined],
      ['signature.added', 'database', undefined],
      ['refused', 'person', undefined],
      ['document.deleted', 'person', 4],
    ],
  )
  assert.deepEqual(parsed[2]!.details, { old_status: 'created', status: 'sent' })
  assert.deepEqual(parsed[4]!.details, { old_role: 'reader', role: 'editor' })
  for (const [place, { entry, sha256, number }] of chain.entries.entries()) {
    assert.equal(entry, canonical(JSON.parse(entry)))
    assert.equal(sha256, createHash('sha256').update(entry).digest('hex'))
    assert.equal(number, place + 1)
    assert.equal(parsed[place]!.previous, chain.entries[place - 1]?.sha256)
  }
  const valuesOf = (place: number): object =>
    Object.fromEntries(
      Object.entries(chain.entries[place]!.salted!).map(([name, [, value]]) => [name, value]),
    )
  assert.deepEqual(valuesOf(1), {
    actor: 'email:ada@example.com',
    subject: '7',
    client_address: '192.0.2.7',
    user_agent: 'test "agent" \\ \u2028 é',
    old_title: 'First\n"title" \u0001 \ud83d\udd8a \u007f',
    title: 'Second',
  })
  assert.doesNotMatch(chain.entries[1]!.entry, /ada@|192\.0\.2|First/)
  assert.deepEqual([faultsOfChain(chain), faultsOfValues(chain)], [[], []])
})

test('the entries of documents of one statement are as RFC 8785 writes them, each by its own actor', async () => {
  const titles = ['First', 'A "quoted" \\ \u2028 title', 'Third']
  const ids = titles.map(() => randomUUID())
  const nobody = JSON.stringify({ kind: 'anonymous', client_address: '192.0.2.9' })
  const actors = { [ids[0]!]: ADA, [ids[1]!]: nobody }
  await queryRows(
    pool,
    `insert into documents.documents (id, title, content_type, content_size, content_sha256, created_by)
     select d.id, d.title, 'text/plain', 5, d.sha256, 'Eve@example.com'
       from set_config('docmgr.by_each', $1, true),
            unnest($2::uuid[], $3::text[], $4::text[]) as d(id, title, sha256)`,
    [JSON.stringify(actors), ids, titles, ['a'.repeat(64), null, 'b'.repeat(64)]],
  )
  const chains = await Promise.all(ids.map(chainOf))
  for (const [n, chain] of chains.entries()) {
    const { entry, sha256 } = chain.entries[0]!
    assert.equal(entry, canonical(JSON.parse(entry)))
    assert.equal(sha256, createHash('sha256').update(entry).digest('hex'))
    assert.deepEqual([chain.head!.entries, chain.entries.length], [1, 1])
    assert.deepEqual([faultsOfChain(chain), faultsOfValues(chain)], [[], []])
    const [{ action, by, number, version, details }] = entriesOf(chain) as [HistoryEntry]
    assert.deepEqual([action, number, version], ['document.created', 1, 1])
    assert.equal(by, ['person', 'anonymous', 'database'][n])
    assert.deepEqual(details, {
      ...(n !== 1 && { content_sha256: (n === 0 ? 'a' : 'b').repeat(64) }),
      content_size: 5,
      status: 'created',
    })
  }
  const named = chains.map(({ entries: [first] }) =>
    Object.entries(first!.salted!).map(([name, [, value]]) => [name, value]),
  )
  const ofAll = (n: number) => ({ created_by: 'Eve@example.com', title: titles[n]! })
  const [owner] = await queryRows<{ name: string }>(pool, 'select session_user as name')
  assert.deepEqual(
    named.map((values) => Object.fromEntries(values) as object),
    [
      {
        ...ofAll(0),
        actor: 'email:ada@example.com',
        client_address: '192.0.2.7',
        subject: '7',
        user_agent: 'test "agent" \\ \u2028 é',
      },
      { ...ofAll(1), client_address: '192.0.2.9' },
      { ...ofAll(2), actor: owner!.name },
    ],
  )
  const salts = chains.flatMap(({ entries: [first] }) => Object.values(first!.salted!).map(([salt]) => salt))
  for (const salt of salts) assert.match(salt, /^[0-9a-f]{32}$/)
  assert.equal(new Set(salts).size, salts.length)
})

test('a document that is inserted again goes on with its history', async () => {
  const id = await changedDocument()
  const { entries } = await chainOf(id)
  await queryRows(pool, 'delete from documents.documents where id = $1', [id])
  await insertDocument(pool, 'Again', id)
  const chain = await chainOf(id)
  assert.equal(chain.entries.length, entries.length + 1)
  assert.equal(entriesOf(chain).at(-1)!.action, 'document.created')
  assert.deepEqual([faultsOfChain(chain), faultsOfValues(chain)], [[], []])
})

test('changes at the same time make one chain, and a change that fails leaves no entry', async () => {
  const id = await insertDocument(pool, 'Title')
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      n % 2 === 0
        ? change('update documents.documents set title = $2 from ACTING where id = $1', [id, `Title ${n}`])
        : insertSignature(pool, id, `signer-${n}@example.com`),
    ),
  )
  await assert.rejects(
    inTransaction(pool, async (transaction) => {
      await queryRows(transaction, `update documents.documents set title = 'Lost' where id = $1`, [id])
      throw new Error('undone')
    }),
    /undone/,
  )
  const chain = await chainOf(id)
  assert.equal(chain.entries.length, 21)
  assert.deepEqual([faultsOfChain(chain), faultsOfValues(chain)], [[], []])
})

test('every name of a value about people is kept, in its place and with a salt of its own, and no other', async () => {
  const id = await insertDocument(pool, 'Title')
  const given = Object.fromEntries(PERSONAL_NAMES.map((name) => [name, `"${name}"`]))
  const actor = JSON.stringify({ ...given, kind: 'person', other: 'left out' })
  await change(`select history.record_refusal($1, 'share') from ACTING`, [id], actor)
  const chain = await chainOf(id)
  const { entry, salted } = chain.entries[1]!
  assert.equal(entry, canonical(JSON.parse(entry)))
  const values = Object.entries(salted!)
  assert.deepEqual(Object.fromEntries(values.map(([name, [, value]]) => [name, value])), given)
  for (const [, [salt]] of values) assert.match(salt, /^[0-9a-f]{32}$/)
  assert.equal(new Set(values.map(([, [salt]]) => salt)).size, PERSONAL_NAMES.length)
  assert.deepEqual([faultsOfChain(chain), faultsOfValues(chain)], [[], []])
})

test('an update that changes nothing of the document has no entry', async () => {
  const id = await insertDocument(pool, 'Title')
  await queryRows(
    pool,
    `update documents.documents set text_state = 'empty', traceparent = null where id = $1`,
    [id],
  )
  assert.equal((await chainOf(id)).entries.length, 1)
})

test('nobody changes, removes or truncates a history, not even who owns the tables', async () => {
  const id = await changedDocument()
  const before = await chainOf(id)
  const statements = [
    `update history.history set entry = '' where document_id = $1`,
    'delete from history.history where document_id = $1',
    'delete from history.heads where document_id = $1',
    'update history.heads set entries = entries - 1 where document_id = $1',
    'update history.heads set entries = entries + 2 where document_id = $1',
    `update history.heads set sha256 = '' where document_id = $1`,
  ]
  for (const text of [...statements, 'truncate history.history', 'truncate history.heads'])
    await assert.rejects(
      queryRows(pool, text, text.includes('$1') ? [id] : []),
      (error) => sqlState(error) === '42501',
      text,
    )
  assert.deepEqual(await chainOf(id), before)
})

test('who is erased is gone from all entries, and the chain holds', async () => {
  const id = await changedDocument()
  const other = await changedDocument()
  const [erased] = await queryRows(
    pool,
    `select * from history.erase(array['email:ada@example.com', 'ada@example.com'])
    where document = $1`,
    [id],
  )
  assert.deepEqual(erased, { document: id, erased: 21 })
  const chain = await chainOf(id)
  const kept = JSON.stringify(chain.entries.map(({ salted }) => salted))
  assert.doesNotMatch(kept, /ada@|192\.0\.2\.7|agent/)
  assert.match(kept, /bob@example\.com/)
  assert.equal(entriesOf(chain).at(-1)!.action, 'history.erased')
  assert.deepEqual([faultsOfChain(chain), faultsOfValues(chain)], [[], []])
  assert.deepEqual(faultsOfValues(await chainOf(other)), [])
})
