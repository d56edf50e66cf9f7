/** A run of the interface with values that can be recognised wherever they appear. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import jwt from 'jsonwebtoken'
import { WebSocket } from 'ws'
import { eventually } from '../testing/deadline.ts'
import type { ServiceUrls } from '../testing/service-process.ts'
import { plantCredentials, type RunCommand } from './planted-credentials.ts'
import { createSender, type Planted, type Send, type SentError } from './recorded-requests.ts'
import { uniqueWord } from './requests.ts'

export interface PlantedRun {
  /** anyone who has one can act as somebody else */
  secrets: Planted
  /** what people write, and who they are */
  personal: Planted
  /** all answers that were errors */
  errors: SentError[]
  /** everything that subscribers received */
  messages: string
}

export const plantedSecret = (): string => randomBytes(32).toString('hex')

/**
 * Sends requests of every kind, right and wrong ones, in mode `required`.
 * @param authSecret of the service
 * @param run runs a command on it
 */
export async function plantValues(
  urls: ServiceUrls,
  authSecret: string,
  run: RunCommand,
): Promise<PlantedRun> {
  const tokenOf = (email: string, admin: boolean): string =>
    jwt.sign({ email, admin }, authSecret, {
      subject: uniqueWord(),
      issuer: 'docmgr',
      audience: 'docmgr',
      expiresIn: 600,
    })
  const email = `${uniqueWord()}@example.com`
  const token = tokenOf(email, true)
  const personal: Planted = {
    'e-mail address of the user': email,
    title: uniqueWord(),
    content: uniqueWord(),
    'name of the file': uniqueWord(),
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
  const errors: SentError[] = []
  const asUser = createSender(token, errors)
  const asNobody = createSender(undefined, errors)
  const asOther = createSender(tokenOf(`${uniqueWord()}@example.com`, false), errors)
  const id = await createDocuments(urls, asUser, personal)
  const messages = await watch(urls, id, token)
  await changeAndSign(urls, asUser, id, personal)
  await changeWrongly(urls, { asUser, asOther }, id)
  await askWrongly(urls, asUser, personal, secrets)
  Object.assign(secrets, await plantCredentials(urls, run, email, { asUser, asNobody }))
  await eventually('the signature to be announced', () =>
    messages.some((text) => text.includes('signature.added')),
  )
  return { secrets, personal, errors, messages: messages.join('\n') }
}

async function createDocuments({ http }: ServiceUrls, asUser: Send, personal: Planted): Promise<string> {
  const { title, content, 'e-mail address of the user': created_by, 'name of the file': fileName } = personal
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
  form.set('file', new Blob([content!]), `${fileName}.txt`)
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

/** Refused changes of a signed document: the errors must not have what is stored, which others have written. */
async function changeWrongly(
  { http }: ServiceUrls,
  { asUser, asOther }: { asUser: Send; asOther: Send },
  id: string,
): Promise<void> {
  const document = `${http}/documents/${id}`
  const create = { title: 'T', content: 'c', created_by: 'someone@example.com' }
  for (const send of [asUser, asOther]) {
    await send('PATCH', document, { title: 'Another' })
    await send('PATCH', document, { title: 'Another' }, { 'if-match': '"99"' })
    await send('PATCH', document, { status: 'created' })
    await send('PATCH', document, { content_type: 'x' })
    await send('DELETE', document)
    await send('PUT', `${document}/access/email:someone@example.com`, { role: 'nobody' })
    await send('DELETE', `${document}/access/email:someone@example.com`)
    await send('GET', `${document}/content`, undefined, { range: 'bytes=999999-' })
    await send('GET', `${document}/signatures?limit=none`)
    const signature = { document_id: id, signer_email: 'someone@example.com', signer_name: 'S' }
    await send('POST', `${http}/signatures`, { ...signature, signature_data: 'none' })
    await send('POST', `${http}/documents`, create)
    for (const content of ['one', 'another'])
      await send('POST', `${http}/documents`, { ...create, content }, { 'idempotency-key': 'planted-key' })
    await send('POST', `${http}/document.DocumentService/GetDocument`, { documentId: id })
    const move = { documentId: id, status: 'sent' }
    await send('POST', `${http}/document.DocumentService/UpdateDocumentStatus`, move)
  }
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

/** An error may repeat what its caller has sent, and nothing that is stored or that others have sent. */
export function assertNotRevealed(values: Planted, errors: readonly SentError[]): void {
  assert.ok(errors.length > 0)
  for (const { text, sent } of errors)
    for (const [name, value] of Object.entries(values))
      assert.ok(
        sent.includes(value) || !text.includes(value),
        `${name} is in an error: ${text}\nafter ${sent}`,
      )
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
