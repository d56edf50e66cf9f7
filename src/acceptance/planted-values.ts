/** A run of the interface with values that can be recognised wherever they appear. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import jwt from 'jsonwebtoken'
import { WebSocket } from 'ws'
import { eventually } from '../testing/deadline.ts'
import type { ServiceUrls } from '../testing/service-process.ts'
import { type Answer, send, uniqueWord } from './requests.ts'

/** Values by what they are, so that a failure can name them. */
export type Planted = Record<string, string>

export interface PlantedRun {
  /** anyone who has one can act as somebody else */
  secrets: Planted
  /** what people write, and who they are */
  personal: Planted
  /** the bodies of all answers that were errors */
  errors: string
  /** everything that subscribers received */
  messages: string
}

export const plantedSecret = (): string => randomBytes(32).toString('hex')

/**
 * Sends requests of every kind, right and wrong ones, in mode `required`.
 * @param authSecret of the service
 */
export async function plantValues(urls: ServiceUrls, authSecret: string): Promise<PlantedRun> {
  const email = `${uniqueWord()}@example.com`
  const token = jwt.sign({ email, admin: true }, authSecret, {
    subject: uniqueWord(),
    issuer: 'docmgr',
    audience: 'docmgr',
    expiresIn: 600,
  })
  const personal: Planted = {
    'e-mail address of the user': email,
    title: uniqueWord(),
    content: uniqueWord(),
    'e-mail address of the signer': `${uniqueWord()}@example.com`,
    'name of the signer': uniqueWord(),
    'claimed address': '203.0.113.77',
    'signature image': Buffer.from(`not an image ${uniqueWord()}`).toString('base64'),
    'search words': uniqueWord(),
  }
  const secrets: Planted = {
    token,
    'signature of the token': token.split('.')[2]!,
    'refused token': uniqueWord(),
    'refused API key': `dk_000000000000_${uniqueWord()}`,
    password: uniqueWord(),
  }
  const errors: string[] = []
  const asUser = createSender(token, errors)
  const id = await createDocuments(urls, asUser, personal)
  const messages = await watch(urls, id, token)
  await changeAndSign(urls, asUser, id, personal)
  await askWrongly(urls, asUser, personal, secrets)
  await eventually('the signature to be announced', () =>
    messages.some((text) => text.includes('signature.added')),
  )
  return { secrets, personal, errors: errors.join('\n'), messages: messages.join('\n') }
}

type Send = (method: string, url: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

/** A body that is an object is sent as JSON. */
function createSender(token: string, errors: string[]): Send {
  return async (method, url, body, headers = {}) => {
    const isJson = typeof body === 'object' && !(body instanceof FormData)
    const answer = await send(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(isJson && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as string) }),
    })
    if (answer.status >= 400) errors.push(`${answer.status} ${JSON.stringify(answer.body)}`)
    return answer
  }
}

async function createDocuments({ http }: ServiceUrls, asUser: Send, personal: Planted): Promise<string> {
  const { title, content, 'e-mail address of the user': created_by } = personal
  const created = await asUser('POST', `${http}/documents`, { title, content, created_by })
  const query = new URLSearchParams({ title: title!, created_by: created_by! })
  // Neither of the two can be read: their extraction fails.
  for (const type of [
    'application/pdf',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  ])
    await asUser('POST', `${http}/documents?${query}`, content, { 'content-type': type })
  const form = new FormData()
  form.set('created_by', created_by!)
  form.set('file', new Blob([content!]), `${title}.txt`)
  await asUser('POST', `${http}/documents`, form)
  return (created.body as { id: string }).id
}

/** What a subscriber receives, while it grows; one with the refused token gets nothing. */
async function watch({ ws }: ServiceUrls, id: string, token: string): Promise<string[]> {
  const messages: string[] = []
  const socket = new WebSocket(`${ws.replace('http', 'ws')}/ws/${id}?last=start&token=${token}`)
  socket.on('message', (bytes) => messages.push(String(bytes)))
  socket.on('error', () => {})
  await eventually('the first message', () => messages.length > 0)
  return messages
}

async function changeAndSign(
  { http }: ServiceUrls,
  asUser: Send,
  id: string,
  personal: Planted,
): Promise<void> {
  const document = `${http}/documents/${id}`
  await asUser('PATCH', document, { title: `${personal['title']} again` })
  const signature = {
    document_id: id,
    signer_email: personal['e-mail address of the signer'],
    signer_name: personal['name of the signer'],
    signature_data: personal['signature image'],
    ip_address: personal['claimed address'],
  }
  // The second one is refused by the database.
  for (let n = 0; n < 2; n++) await asUser('POST', `${http}/signatures`, signature)
  await asUser('POST', `${http}/signatures`, { ...signature, ip_address: `${personal['claimed address']}.1` })
  for (const path of ['', '/content', '/stats', '/signatures']) await asUser('GET', `${document}${path}`)
  const list = new URLSearchParams({ created_by: personal['e-mail address of the user']! })
  await asUser('GET', `${http}/documents?${list}`)
  for (const path of ['search?q=', 'suggest?q=', 'aggregations/status?q='])
    await asUser('GET', `${http}/${path}${personal['search words']}`)
}

async function askWrongly(
  { http, ws }: ServiceUrls,
  asUser: Send,
  { title, content, 'search words': words }: Planted,
  { 'refused token': refused, 'refused API key': key, token, password }: Planted,
): Promise<void> {
  const json = { 'content-type': 'application/json' }
  const documents = `${http}/documents`
  await asUser('POST', documents, `{"title":"${title}","content":"${content}`, json)
  await asUser('POST', documents, { title: [title], content, created_by: content })
  await asUser('GET', `${http}/search?q=${words}&size=${words}&status=${words}`)
  await asUser('GET', `${http}/nowhere?token=${token}&password=${password}`)
  await asUser('GET', documents, undefined, { authorization: `Bearer ${refused}` })
  await asUser('GET', documents, undefined, { authorization: `Bearer ${key}` })
  await asUser('GET', documents, undefined, { authorization: `Basic ${btoa(`docmgr:${password}`)}` })
  await asUser('GET', documents, undefined, { cookie: `session=${token}` })
  const call = `${http}/document.DocumentService/GetDocument`
  await asUser('POST', call, { documentId: title })
  await asUser('POST', call, { documentId: title }, { authorization: `Bearer ${refused}` })
  await asUser('GET', `${ws}/ws/nowhere?token=${token}`)
  await asUser('GET', `${ws}/events?ticket=${refused}&last=${words}`)
  const sockets = [
    new WebSocket(`${ws.replace('http', 'ws')}/ws/nowhere?token=${refused}`),
    new WebSocket(`${ws.replace('http', 'ws')}/ws/nowhere?token=${key}`),
    new WebSocket(`${ws.replace('http', 'ws')}/ws?last=${words}`, ['docmgr.v1', `bearer.${refused}`]),
    new WebSocket(`${ws.replace('http', 'ws')}/ws`, ['docmgr.v1', `bearer.${token}`]),
  ]
  for (const socket of sockets) {
    await new Promise((resolve) => {
      socket.on('message', () => socket.close())
      socket.on('close', resolve).on('error', () => {})
    })
  }
}

/** Replaces the stored contents, so that the next read finds them damaged. @param folder of the adapter `file:` */
export async function damageContents(folder: string): Promise<void> {
  const entries = await readdir(join(folder, 'documents'), { recursive: true, withFileTypes: true })
  for (const entry of entries.filter((one) => one.isFile()))
    await writeFile(join(entry.parentPath, entry.name), 'something else')
}

/** @param texts by where they are from; an empty one is a failure, because nothing was looked at */
export function assertAbsent(values: Planted, texts: Record<string, string | undefined>): void {
  for (const [place, text] of Object.entries(texts)) {
    assert.ok(text, `${place} is empty`)
    for (const [name, value] of Object.entries(values)) {
      const at = text.indexOf(value)
      assert.equal(
        at,
        -1,
        `${name} is in ${place}: …${text.slice(Math.max(0, at - 300), at + value.length + 50)}`,
      )
    }
  }
}
