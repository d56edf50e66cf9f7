/** What an operator does with a dead letter, from seeing it to being rid of it; the same in both profiles. */
import assert from 'node:assert/strict'
import type { Pool } from 'pg'
import type { Blobs } from '../ports/blobs/port.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import type { CliResult } from './cli.ts'
import { eventually } from './deadline.ts'

export interface LetterTarget {
  /** URL of searches */
  search: string
  /** URL of a process that consumes events */
  indexer: string
  /** URL of REST of all roles */
  rest: string
  /** as a superuser */
  pool: Pool
  blobs: Blobs
  docmgr(...args: string[]): Promise<CliResult>
}

export interface Letters {
  count: number
  letters: { id: string; document: string; error: string }[]
}

const newId = createUuidV7()
/** Kafka's consumer and its connector need some seconds. */
const LETTER_MS = 60_000

export async function listLetters({ docmgr }: LetterTarget, ...args: string[]): Promise<Letters> {
  const { code, stdout, stderr } = await docmgr('dead-letters', 'list', '--json', ...args)
  const letters = JSON.parse(stdout) as Letters
  assert.equal(code, letters.count === 0 ? 0 : 3, stderr)
  return letters
}

/** A row whose object is missing, so that its event becomes a dead letter, and its content. */
export async function addDamaged(
  target: LetterTarget,
  title: string,
): Promise<{ id: string; restore: () => Promise<unknown> }> {
  const { pool, blobs } = target
  const id = newId()
  const content = Buffer.from(`the text of ${title}`)
  const options = { contentType: 'text/plain', maxBytes: 1_000 }
  const restore = () => blobs.put('documents', `${id}/content`, content, options)
  const { size, sha256 } = await restore()
  await blobs.delete('documents', `${id}/content`)
  await pool.query(
    `insert into documents.documents (id, title, content_size, content_sha256, s3_key, created_by)
     values ($1, $2, $3, $4, $5, 'ada@example.com')`,
    [id, title, size, sha256, `${id}/content`],
  )
  const isThere = async () => (await listLetters(target, '--document', id)).count === 1
  await eventually('the dead letter', isThere, LETTER_MS)
  return { id, restore }
}

export async function titlesFound({ search }: LetterTarget, q: string): Promise<string[]> {
  const answer = await fetch(`${search}/search?q=${encodeURIComponent(q)}`)
  const { documents } = (await answer.json()) as { documents: { title: string }[] }
  return documents.map(({ title }) => title)
}

async function letterMetric({ indexer }: LetterTarget): Promise<number> {
  const text = await (await fetch(`${indexer}/metrics`)).text()
  return Number(/^docmgr_changes_dead_letters (\d+)$/m.exec(text)?.[1])
}

/** @param target has no dead letters */
export async function checkLetterFlow(target: LetterTarget): Promise<void> {
  const { docmgr, pool } = target
  const run = (...args: string[]) => docmgr('dead-letters', ...args)
  assert.deepEqual(await listLetters(target), { count: 0, letters: [] })
  const { id, restore } = await addDamaged(target, 'Osprey old')
  const { letters } = await listLetters(target)
  assert.equal(letters.length, 1)
  const letter = letters[0]!
  assert.equal(letter.document, id)
  assert.match(letter.error, /the stored content is damaged: its object is missing/)
  await isSeen(target)

  const shown = await run('show', letter.id)
  assert.equal(shown.code, 0, shown.stderr)
  assert.match(shown.stdout, new RegExp(`${letter.id}.*document ${id}`))
  const failed = await run('retry', '--all', '--json')
  assert.deepEqual([failed.code, JSON.parse(failed.stdout).retried], [3, 0])
  assert.equal((await listLetters(target)).count, 1)

  await restore()
  // The newest state, not that of the letter.
  await pool.query(`update documents.documents set title = 'Osprey new' where id = $1`, [id])
  const retried = await Promise.all([run('retry', '--document', id), run('retry', '--document', id)])
  for (const { code, stderr } of retried) assert.equal(code, 0, stderr)
  const isFound = async (q: string) => (await titlesFound(target, q)).join() === 'Osprey new'
  for (const q of ['osprey', '"text of osprey"']) await eventually(q, () => isFound(q))
  assert.equal((await listLetters(target)).count, 0)
  await eventually('the metric', async () => (await letterMetric(target)) === 0)
  assert.equal((await run('retry', '--document', id)).code, 0)

  const other = await addDamaged(target, 'Merlin')
  const dropped = await run('drop', '--document', other.id, '--json')
  assert.deepEqual([dropped.code, JSON.parse(dropped.stdout)], [0, { dropped: 1 }])
  assert.equal((await listLetters(target)).count, 0)
}

interface RestLetter {
  id: string
  document: string
  error: string
  can_retry: boolean
}

/**
 * The same over REST, and whether the index has what the database has.
 * @param target has no dead letters
 */
export async function checkLettersOverRest(target: LetterTarget): Promise<void> {
  const { rest } = target
  const ask = async <T>(path: string, body?: unknown): Promise<T> => {
    const headers = { 'content-type': 'application/json' }
    const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) }
    const answer = await fetch(`${rest}${path}`, init)
    const text = await answer.text()
    assert.equal(answer.status, 200, text)
    return JSON.parse(text) as T
  }
  const list = () => ask<RestLetter[]>('/dead-letters')
  const areSame = async (): Promise<boolean> => {
    const [database, index] = [await ask('/totals'), await ask('/search/totals')]
    return JSON.stringify(database) === JSON.stringify(index)
  }
  const retry = ({ id }: RestLetter) => ask<{ status: string }>('/dead-letters/retry', { id })

  const { id, restore } = await addDamaged(target, 'Gannet')
  const [letter] = await list()
  assert.deepEqual([letter!.document, letter!.can_retry], [id, true])
  assert.match(letter!.error, /the stored content is damaged/)
  assert.equal(await areSame(), false)
  assert.deepEqual(await retry(letter!), { status: 'announced' })
  // It is as damaged as before.
  const isThere = async () => (await list()).some((one) => one.document === id && one.id !== letter!.id)
  await eventually('another dead letter', isThere, LETTER_MS)

  await restore()
  const [again] = await list()
  // Both at once, as two administrators do.
  const answers = await Promise.all([retry(again!), retry(again!)])
  assert.ok(answers.some(({ status }) => status === 'announced'))
  await eventually('the document', async () => (await titlesFound(target, 'gannet')).length === 1, LETTER_MS)
  await eventually('its text', async () => (await titlesFound(target, '"text of gannet"')).length === 1)
  await eventually('the same totals', areSame)
  assert.deepEqual([await list(), await retry(letter!)], [[], { status: 'settled' }])
}

/** In readiness, in metrics, and by doctor. */
async function isSeen(target: LetterTarget): Promise<void> {
  await eventually('the metric', async () => (await letterMetric(target)) === 1, LETTER_MS)
  const ready = await fetch(`${target.indexer}/health/ready`)
  assert.equal(ready.status, 200)
  const { status, remarks } = (await ready.json()) as { status: string; remarks?: Record<string, string> }
  assert.equal(status, 'ready')
  assert.match(remarks!['changes']!, /^1 dead letters: see `docmgr dead-letters list`/)
  assert.match((await target.docmgr('doctor')).stdout, /docmgr dead-letters list/)
}
