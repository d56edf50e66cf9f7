/** Who was refused, as the history keeps it: once a minute, and no more than a bound. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from '../domain/request.ts'
import { silentLogger } from '../runtime/logger.ts'
import { insertDocument, insertSignature } from '../testing/changes.ts'
import { testContext } from '../testing/context.ts'
import { startTestDatabases } from '../testing/database.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { newId } from '../testing/test-service.ts'
import { actingAs, actorOf } from './acting.ts'
import { inTransaction, queryRows } from './query.ts'
import { createRefusals } from './refusals.ts'

const databases = await startTestDatabases()
TEST_FILE.after(() => databases.stop())
const { pool } = await databases.open()

const person = (name: string): { principal: Principal } => ({
  principal: { kind: 'user', id: name, email: `${name}@example.com`, admin: false },
})

/** As in a process of its own: what the others have recorded, it learns from the database. */
async function record(use: (refusals: ReturnType<typeof createRefusals>) => void): Promise<void> {
  const refusals = createRefusals({ pool, log: silentLogger })
  use(refusals)
  await refusals.stop()
}

async function refusedIn(document: string): Promise<string[]> {
  const rows = await queryRows<{ entry: string; salted: Record<string, [string, string]> }>(
    pool,
    `select entry, salted from history.history join history.personal using (document_id, number)
      where document_id = $1 order by number`,
    [document],
  )
  return rows
    .map(({ entry, salted }) => ({
      entry: JSON.parse(entry) as { action: string; details: { tried?: string } },
      salted,
    }))
    .filter(({ entry }) => entry.action === 'refused')
    .map(
      ({ entry, salted }) => `${salted['actor']?.[1] ?? salted['client_address']![1]} ${entry.details.tried}`,
    )
}

test('an attempt is recorded once a minute, whichever process sees it again', async () => {
  const document = await insertDocument(pool, 'Title')
  const [eve, other] = [testContext(person('eve')), testContext({ clientAddress: '192.0.2.2' })]
  for (let process = 0; process < 3; process++)
    await record((refusals) => {
      for (let n = 0; n < 5; n++) refusals.record({ document }, 'read', eve)
      refusals.record({ document }, 'change', eve)
      refusals.record({ document }, 'read', testContext())
      refusals.record({ document }, 'read', other)
    })
  const expected = [
    'email:eve@example.com read',
    'email:eve@example.com change',
    '192.0.2.1 read',
    '192.0.2.2 read',
  ]
  assert.deepEqual(await refusedIn(document), expected)
})

test('a document that there is not, or no more, gets no history', async () => {
  const [deleted, unknown] = [await insertDocument(pool, 'Title'), newId()]
  await queryRows(pool, 'update documents.documents set deleted_at = now() where id = $1', [deleted])
  await record((refusals) => {
    for (const document of [deleted, unknown]) refusals.record({ document }, 'read', testContext())
    refusals.record({ signature: unknown }, 'evidence', testContext())
  })
  assert.deepEqual([await refusedIn(deleted), await refusedIn(unknown)], [[], []])
})

test('who is refused before a signature is read is in the history of its document', async () => {
  const document = await insertDocument(pool, 'Title')
  const signature = await insertSignature(pool, document, 'bob@example.com')
  await record((refusals) => refusals.record({ signature }, 'evidence', testContext()))
  assert.deepEqual(await refusedIn(document), ['192.0.2.1 evidence'])
})

test('attempts end at a hundred in an hour, of which sixty can be from ever other addresses', async () => {
  const document = await insertDocument(pool, 'Title')
  await record((refusals) => {
    for (let n = 0; n < 250; n++)
      refusals.record({ document }, 'read', testContext({ clientAddress: `198.51.100.${n}` }))
  })
  assert.equal((await refusedIn(document)).length, 60)
  await record((refusals) => {
    for (let n = 0; n < 50; n++) refusals.record({ document }, 'read', testContext(person(`person-${n}`)))
  })
  const refused = await refusedIn(document)
  assert.equal(refused.length, 100)
  assert.equal(refused.filter((one) => one.startsWith('email:person-')).length, 40)
})

test('one caller, known or not, takes at most twenty of the hundred, so that others are recorded beside them', async () => {
  const document = await insertDocument(pool, 'Title')
  const eve = testContext(person('eve'))
  for (const caller of [eve, testContext({ clientAddress: '192.0.2.9' })])
    for (let n = 0; n < 25; n++)
      // As at other times: the same attempt counts once a minute.
      await queryRows(pool, `select history.record_refusal($1, $2) from ${actingAs(3)}`, [
        document,
        `attempt-${n}`,
        actorOf(caller),
      ])
  await record((refusals) => {
    for (const caller of [eve, testContext(person('mallory'))]) refusals.record({ document }, 'read', caller)
  })
  const refused = await refusedIn(document)
  const by = (name: string): number => refused.filter((one) => one.startsWith(`${name} `)).length
  assert.deepEqual(['email:eve@example.com', '192.0.2.9', 'email:mallory@example.com'].map(by), [20, 20, 1])
})

test('only the owner of the histories restores without them', async () => {
  const [fields, values] = [
    'title, content_type, content_size, created_by, content_sha256',
    `'x', 'x', 1, 'x', 'x'`,
  ]
  const insert = `insert into documents.documents (id, ${fields}) values (gen_random_uuid(), ${values}) returning id`
  const restored = (user?: string): Promise<number> =>
    inTransaction(pool, async (transaction) => {
      if (user) {
        await queryRows(transaction, `create role ${user}`)
        await queryRows(transaction, `grant usage on schema documents to ${user}`)
        await queryRows(
          transaction,
          `grant select, insert, update on all tables in schema documents to ${user}`,
        )
        await queryRows(transaction, `set local role ${user}`)
      }
      await queryRows(transaction, `set local docmgr.restoring = 'on'`)
      const [row] = await queryRows<{ id: string }>(transaction, insert)
      await queryRows(transaction, 'reset role')
      const found = await queryRows(transaction, 'select from history.history where document_id = $1', [
        row!.id,
      ])
      if (user) await queryRows(transaction, `drop owned by ${user}`)
      if (user) await queryRows(transaction, `drop role ${user}`)
      return found.length
    })
  assert.deepEqual([await restored(), await restored('other_program')], [0, 1])
})
