/** What clients see of documents before a backup, and after it was restored. */
import assert from 'node:assert/strict'
import { createDocument, send, sendJson, sign, uniqueWord } from '../acceptance/requests.ts'
import { eventually } from './deadline.ts'

const IMAGE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkM9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
/** More than what the embedded profile keeps in the database. */
const LARGE = 100_000
/** Milliseconds until a text is found. */
export const SEARCH_MS = 60_000

/** What clients see of a document. */
export async function seen(http: string, id: string): Promise<unknown> {
  const at = `${http}/documents/${id}`
  const document = await send<Record<string, unknown>>(at, { method: 'GET' })
  // Texts are read again after a restore.
  if (typeof document.body === 'object') delete document.body['text']
  const content = await send(`${at}/content`)
  const signatures = await send(`${at}/signatures?include=signature_data`)
  return [document, content, signatures].map(({ status, body }) =>
    // A problem has the id of its request.
    status === 200 ? { status, body } : { status },
  )
}

export async function found(http: string, word: string): Promise<string[]> {
  const { body } = await send<{ documents: { id: string }[] }>(`${http}/search?q=${word}`)
  return body.documents.map(({ id }) => id)
}

/** Documents of all kinds. @returns a word of the first one, and all ids */
export async function writeAllKinds(http: string): Promise<{ word: string; ids: string[] }> {
  const word = uniqueWord()
  const one = await createDocument(http, { content: `The ${word} is in the first one.` })
  const large = await createDocument(http, { content: 'x'.repeat(LARGE) })
  const signed = await createDocument(http)
  const gone = await createDocument(http)
  assert.equal((await sign(http, signed.id, { signature_data: IMAGE })).status, 201)
  assert.equal((await sendJson('PATCH', `${http}/documents/${large.id}`, { status: 'sent' })).status, 200)
  assert.equal((await send(`${http}/documents/${gone.id}`, { method: 'DELETE' })).status, 204)
  await eventually('the text to be found', async () => (await found(http, word)).length === 1, SEARCH_MS)
  return { word, ids: [one, large, signed, gone].map(({ id }) => id) }
}
