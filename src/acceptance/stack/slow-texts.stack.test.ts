/** Texts that take as long as they may, where the roles are processes of their own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../testing/deadline.ts'
import { pdf, slowPdf } from '../../testing/sample-files.ts'
import type { Document } from '../facts.ts'
import { send, uniqueWord } from '../requests.ts'
import { useTarget } from '../target.ts'

const COUNT = 12
/** The process that reads texts, and Kafka's consumers, take seconds to start on a busy machine. */
const LIMIT_MS = 90_000

const { urls } = await useTarget()
const base = urls.http

async function upload(title: string, created_by: string, bytes: Buffer): Promise<Document> {
  const answer = await send<Document>(`${base}/documents?${new URLSearchParams({ title, created_by })}`, {
    method: 'POST',
    headers: { 'content-type': 'application/pdf' },
    body: new Uint8Array(bytes),
  })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return answer.body
}

async function total(q: string): Promise<number> {
  const { status, body } = await send<{ total: number }>(`${base}/search?${new URLSearchParams({ q })}`)
  assert.equal(status, 200, JSON.stringify(body))
  return body.total
}

test('twelve slow texts of one owner hold up neither the text of another one nor any metadata', async () => {
  const [slowWord, quickWord] = [uniqueWord(), uniqueWord()]
  const slow: Document[] = []
  for (let number = 0; number < COUNT; number++)
    slow.push(await upload(`Slow ${slowWord}`, 'slow@example.com', slowPdf(number)))
  await upload('Quick', 'quick@example.com', pdf([`a ${quickWord} screams`]))
  // Each search answers meanwhile.
  await eventually('the titles to be found', async () => (await total(slowWord)) === COUNT, LIMIT_MS)
  await eventually('the other text to be found', async () => (await total(quickWord)) === 1, LIMIT_MS)
  const { body: pending } = await send<Document[]>(
    `${base}/documents?created_by=slow@example.com&text_state=pending&limit=${COUNT}`,
  )
  // At first come, first served, none would be left.
  assert.ok(pending.length >= COUNT / 2, `${pending.length} of ${COUNT} slow texts are still to be read`)
  for (const { id } of slow)
    assert.equal((await send(`${base}/documents/${id}`, { method: 'DELETE' })).status, 204)
})
