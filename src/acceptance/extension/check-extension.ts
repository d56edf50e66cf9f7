import assert from 'node:assert/strict'
import { eventually } from '../../testing/deadline.ts'
import type { ServiceUrls } from '../../testing/service-process.ts'
import { createDocument, send, sendJson, uniqueWord } from '../requests.ts'
import { type Message, openSocket } from '../socket.ts'

interface Found {
  total: number
  documents: { id: string; category: string | null }[]
}

/** Creates, reads, lists, finds, counts and watches documents by the new field, and reads the events of the new topic. */
export async function checkExtension(urls: ServiceUrls): Promise<void> {
  const word = uniqueWord()
  const { id, category } = (await createDocument(urls.document, { category: word })) as unknown as {
    id: string
    category: string
  }
  assert.equal(category, word)
  const other = await createDocument(urls.document, { title: `without ${word}` })

  const read = await send<{ category: unknown }>(`${urls.document}/documents/${id}`)
  assert.equal(read.body.category, word)
  const list = await send<{ id: string }[]>(`${urls.document}/documents?category=${word}`)
  assert.deepEqual(
    list.body.map((document) => document.id),
    [id],
  )

  // Found by a word of the new field and of the title; the filter leaves only the first.
  const search = async (query: string): Promise<string[]> => {
    const { body } = await send<Found>(`${urls.search}/search?q=${word}${query}`)
    return body.documents.map((document) => document.id).sort()
  }
  await eventually('both documents to be found', async () => (await search('')).length === 2)
  assert.deepEqual(await search(''), [id, other.id].sort())
  assert.deepEqual(await search(`&category=${word}`), [id])
  const facet = await send<{ values: unknown }>(`${urls.search}/aggregations/category?q=${word}`)
  assert.deepEqual(facet.body.values, [{ key: word, count: 1 }])
  const description = await send<string>(`${urls.document}/openapi.json`)
  assert.match(JSON.stringify(description.body), /"category"/)

  const socket = await openSocket(urls, id)
  const established = await socket.next()
  await sendJson('PATCH', `${urls.document}/documents/${id}`, { title: 'Renamed' })
  const messages = await upToComment(() => socket.next())
  const [updated, comment] = [messages.find(({ type }) => type === 'document.updated'), messages.at(-1)!]
  assert.equal(updated?.data['category'], word)
  assert.equal(comment.data['text'], 'changed to Renamed')
  assert.equal(comment.data['document_id'], id)
  socket.close()

  // The positions of three topics resume.
  const resumed = await openSocket(urls, id, established.data['position'] as string)
  assert.equal((await resumed.next()).data['resumed'], true)
  const again = await upToComment(() => resumed.next())
  assert.deepEqual(again.at(-1), comment)
  resumed.close()
}

/** The messages up to `comment.added` and `document.updated`, whichever comes last. */
async function upToComment(next: () => Promise<Message>): Promise<Message[]> {
  const messages: Message[] = []
  const has = (type: string): boolean => messages.some((message) => message.type === type)
  while (!has('comment.added') || !has('document.updated')) messages.push(await next())
  return messages.sort((a, b) => Number(a.type === 'comment.added') - Number(b.type === 'comment.added'))
}
