import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after } from 'node:test'
import type { BrowserContextOptions } from 'playwright-core'
import {
  accessibilityFaults,
  keepPicture,
  openBrowser,
  openPage,
  type Page,
  type TestPage,
} from './browser.ts'
import { runCli } from './cli.ts'
import { newDataFolder } from './postgres.ts'
import { startServiceProcess } from './service-process.ts'

/** A service with its console, and a browser, until the tests of the file have ended. */
export async function startConsole(
  settings: Record<string, string> = {},
  { browserArgs = [] }: { browserArgs?: readonly string[] } = {},
) {
  const data = await newDataFolder()
  const service = await startServiceProcess(data, settings)
  const browser = await openBrowser(browserArgs)
  after(async () => {
    await browser.close()
    await service.stop()
    await rm(data, { recursive: true, force: true })
  })
  const { http: origin } = service.urls

  /** A link that logs this person in, once. */
  async function newLink(email: string, admin = false): Promise<string> {
    const args = ['login-link', '--email', email, '--data', data, ...(admin ? ['--admin'] : [])]
    const { stdout, stderr } = await runCli(args)
    assert.match(stdout, /^http/, stderr)
    return stdout.trim()
  }

  async function post(body: string | FormData): Promise<string> {
    const headers = new Headers(typeof body === 'string' ? { 'content-type': 'application/json' } : {})
    const response = await fetch(`${origin}/documents`, { method: 'POST', headers, body })
    assert.equal(response.status, 201)
    return ((await response.json()) as { id: string }).id
  }
  return {
    origin,
    data,
    pid: service.pid,
    newLink,
    /** @returns the id of the document */
    createDocument: (title: string, content = 'The rent is due.') =>
      post(JSON.stringify({ title, content, created_by: 'ada@example.com' })),
    /** @returns the id of the document */
    upload(name: string, type: string, content: string | Uint8Array, owner = 'ada@example.com') {
      const form = new FormData()
      form.set('created_by', owner)
      form.set('file', new Blob([content as Uint8Array<ArrayBuffer>], { type }), name)
      return post(form)
    },
    open: (options: BrowserContextOptions = {}): Promise<TestPage> => openPage(browser, options),
    /** A browser in which this person has logged in. */
    async logIn(email: string, options: BrowserContextOptions & { admin?: boolean } = {}) {
      const { admin = false, ...context } = options
      const link = await newLink(email, admin)
      const opened = await openPage(browser, context)
      await opened.page.goto(link)
      await opened.page.locator('.account').waitFor({ state: 'attached' })
      return opened
    },
  }
}

/** Both widths and both colour schemes, with the name of each. */
export const VIEWS = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => {
    const isPhone = width < 500
    const viewport = { width, height: isPhone ? 844 : 800 }
    return {
      name: `${width}-${colorScheme}`,
      options: { viewport, colorScheme, isMobile: isPhone, hasTouch: isPhone },
    }
  }),
)

/** Nothing that axe-core finds, nothing wider than the screen; and a picture. */
export async function checkLook(page: Page, title: string): Promise<void> {
  assert.deepEqual(await accessibilityFaults(page), [], title)
  const overflow = (await page.evaluate('document.documentElement.scrollWidth - innerWidth')) as number
  assert.ok(overflow <= 0, `${title} is ${overflow} pixels too wide`)
  await keepPicture(page, title)
}
