/** Cookies and origins as Chromium has them, where a person has logged in: another name of the host, and pages of others. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import type { Page } from '../testing/browser.ts'
import { startConsole } from '../testing/console.ts'

const LIMIT = { timeout: 120_000 }
/** Names that Chromium takes for this machine. */
const OTHER_NAME = 'docs.example.test'
const FOREIGN = 'evil.example.test'
const { origin, logIn, open, newLink } = await startConsole(
  { DOCMGR_AUTH_MODE: 'required' },
  { browserArgs: [`--host-resolver-rules=MAP *.example.test 127.0.0.1`] },
)

/** Pages without a policy of their own. */
const foreign = createServer((_, response) => {
  response.setHeader('content-type', 'text/html').end('<!doctype html><title>Elsewhere</title>')
}).listen(0, '127.0.0.1')
await once(foreign, 'listening')
after(() => foreign.close())
const { port: foreignPort } = foreign.address() as AddressInfo

/** Requests that need no permission of the service, with the cookies that Chromium sends. */
async function attempt(page: Page, title: string): Promise<{ socket: string }> {
  return page.evaluate(
    async ({ to, title }) => {
      const send = (type: string) =>
        fetch(`${to}/documents?title=${title}`, {
          method: 'POST',
          mode: 'no-cors',
          credentials: 'include',
          headers: { 'content-type': type },
          body: 'x',
        })
      await send('text/plain').catch(() => {})
      const socket = new WebSocket(`${to.replace('http', 'ws')}/ws`)
      const result = await new Promise<string>((resolve) => {
        socket.onopen = () => resolve('open')
        socket.onerror = () => resolve('refused')
      })
      socket.close()
      return { socket: result }
    },
    { to: origin, title },
  )
}

test(
  'on another name without TLS nobody logs in, the page says why, and the link still works',
  LIMIT,
  async () => {
    const link = await newLink('ada@example.com')
    const { page, close } = await open()
    await page.goto(link.replace('127.0.0.1', OTHER_NAME))
    await page.getByText(/https/).first().waitFor()
    assert.deepEqual(await page.context().cookies(), [])
    await page.goto(link)
    await page.getByRole('heading', { name: 'No documents yet' }).waitFor()
    await close()
  },
)

test(
  'pages of other origins, also of another port, do nothing with the session of who looks at them',
  LIMIT,
  async () => {
    const { page, close } = await logIn('bob@example.com')
    const titles = (): Promise<string[]> =>
      page.evaluate(async () => {
        const documents = (await (await fetch('/documents')).json()) as { title: string }[]
        return documents.map(({ title }) => title)
      })
    const elsewhere = await page.context().newPage()
    for (const host of [FOREIGN, '127.0.0.1', 'localhost']) {
      await elsewhere.goto(`http://${host}:${foreignPort}/`)
      assert.deepEqual(await attempt(elsewhere, 'foreign'), { socket: 'refused' }, host)
    }
    assert.deepEqual(await titles(), [])
    // The same requests from the console itself.
    assert.deepEqual(await attempt(page, 'own'), { socket: 'open' })
    assert.deepEqual(await titles(), ['own'])
    await close()
  },
)
