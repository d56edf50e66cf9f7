/** The credentials of one person, used where they work, where they do not, and where they do not belong. */
import assert from 'node:assert/strict'
import { WebSocket } from 'ws'
import type { CliResult } from '../testing/cli.ts'
import type { ServiceUrls } from '../testing/service-process.ts'
import type { Planted, Send } from './recorded-requests.ts'

/** Runs a command on the service. */
export type RunCommand = (...args: string[]) => Promise<CliResult>

/** An API key, a login link and the session that it begins, and a ticket; each of them is valid when it is used first. */
export async function plantCredentials(
  urls: ServiceUrls,
  run: RunCommand,
  email: string,
  { asUser, asNobody }: { asUser: Send; asNobody: Send },
): Promise<Planted> {
  const { key } = await printed<{ key: string }>(run, 'keys', 'create', 'planted', '--email', email)
  const { link } = await printed<{ link: string }>(run, 'login-link', '--email', email)
  const login = link.slice(link.indexOf('#') + 1)
  const begun = await asNobody('POST', `${urls.http}/auth/session`, { link: login })
  assert.equal(begun.status, 201, JSON.stringify(begun.body))
  const cookie = /^__Host-docmgr=([\w-]+);/.exec(begun.headers.get('set-cookie')!)![1]!
  const ticket = await newTicket(urls, asUser)
  await useEverywhere(urls, asNobody, { key, cookie, ticket })
  await misuse(urls, { asUser, asNobody }, { key, cookie, ticket: await newTicket(urls, asUser), login })
  return { 'API key': key, 'session cookie': cookie, 'WebSocket ticket': ticket, 'login link': login }
}

async function printed<T>(run: RunCommand, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await run(...args, '--json')
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as T
}

async function newTicket({ ws }: ServiceUrls, asUser: Send): Promise<string> {
  const { status, body } = await asUser('POST', `${ws}/auth/ticket`)
  assert.equal(status, 201, JSON.stringify(body))
  return (body as { ticket: string }).ticket
}

async function useEverywhere(
  { http, ws }: ServiceUrls,
  asNobody: Send,
  { key, cookie, ticket }: { key: string; cookie: string; ticket: string },
): Promise<void> {
  const byKey = { authorization: `Bearer ${key}` }
  const byCookie = { cookie: `__Host-docmgr=${cookie}` }
  for (const headers of [byKey, byCookie]) {
    const list = await asNobody('GET', `${http}/documents`, undefined, headers)
    assert.equal(list.status, 200, JSON.stringify(list.body))
  }
  await asNobody('GET', `${http}/auth/session`, undefined, byCookie)
  await asNobody('POST', `${http}/document.DocumentService/GetDocument`, { documentId: 'none' }, byKey)
  const socket = `${ws.replace('http', 'ws')}/ws`
  const sockets = [
    [`${socket}?ticket=${ticket}`, [], {}],
    [`${socket}?token=${key}`, [], {}],
    [socket, ['docmgr.v1', `bearer.${key}`], {}],
    [socket, [], byCookie],
  ] as const
  for (const [url, protocols, headers] of sockets)
    assert.equal(await firstAnswer(new WebSocket(url, [...protocols], { headers })), 'message', url)
}

/** Whether a message or the end of the connection came first. */
async function firstAnswer(socket: WebSocket): Promise<'message' | 'close'> {
  return new Promise((resolve) => {
    socket.on('message', () => {
      resolve('message')
      socket.close()
    })
    socket.on('close', () => resolve('close')).on('error', () => {})
  })
}

/** Each of them in the places of the others, in wrong parameters and fields, used up, and from a page of another site. */
async function misuse(
  { http, ws }: ServiceUrls,
  { asUser, asNobody }: { asUser: Send; asNobody: Send },
  credentials: { key: string; cookie: string; ticket: string; login: string },
): Promise<void> {
  const session = `${http}/auth/session`
  for (const [name, value] of Object.entries(credentials)) {
    await asUser('GET', `${http}/documents?${name}=${value}`)
    await asUser('GET', `${http}/documents/${value}`)
    await asUser('GET', `${http}/${name}/${value}`)
    await asUser('GET', `${http}/documents?cursor=${value}`)
    await asUser('POST', `${http}/documents`, { title: 'T', [name]: value })
    await asUser('POST', session, { link: name === 'login' ? value : `${value}x` })
    await asUser('POST', session, { link: [value] })
    await asNobody('GET', `${http}/documents`, undefined, { authorization: `Bearer ${value}x` })
    await asNobody('GET', `${http}/documents`, undefined, { authorization: value })
    await asNobody('GET', `${http}/documents`, undefined, { cookie: `__Host-docmgr=${value}` })
    await asNobody('GET', `${ws}/events?ticket=${value}x`)
    await asNobody('GET', `${ws}/events?last=${value}`)
    await asNobody('POST', `${http}/document.DocumentService/GetDocument`, { documentId: value })
    for (const url of [
      `/ws?ticket=${value}x`,
      `/ws?last=${value}&token=${value}`,
      `/ws/${value}?ticket=${value}`,
    ])
      await firstAnswer(new WebSocket(`${ws.replace('http', 'ws')}${url}`, ['docmgr.v1', `bearer.${value}x`]))
  }
  const byCookie = { cookie: `__Host-docmgr=${credentials.cookie}` }
  await asNobody('DELETE', session, undefined, { ...byCookie, 'sec-fetch-site': 'cross-site' })
  await asNobody('DELETE', session, undefined, byCookie)
  await asNobody('GET', `${http}/documents`, undefined, byCookie)
}
