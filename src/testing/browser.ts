/** Chromium of the system, for tests of pages as docmgr serves them. */
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { packageRoot } from '../runtime/package-root.ts'

export type { Locator, Page } from 'playwright-core'
export { packageRoot }

/** For an action or an expectation of a page. */
const LIMIT_MS = 30_000
/** Where pictures of pages are kept, for people. */
const PICTURES = join(packageRoot(), '.out', 'pictures')
const AXE = join(createRequire(join(packageRoot(), 'package.json')).resolve('axe-core'), '../axe.min.js')

/** @param args further ones of Chromium's command line */
export const openBrowser = (args: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    // CI runs as root in a container, where Chromium cannot make its sandbox.
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...args],
  })

export interface TestPage {
  page: Page
  /** what the page has written to the browser's console, and errors that nobody caught */
  messages: string[]
  close(): Promise<void>
}

/** A page of a person of their own, in English unless said otherwise. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<TestPage> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options })
  context.setDefaultTimeout(LIMIT_MS)
  const page = await context.newPage()
  // From now on no dialog for files is Chromium's own. Playwright begins to take them with the first listener, and a key
  // that follows at once can be earlier: without a screen Chromium then cancels its dialog.
  page.on('filechooser', () => {})
  const messages: string[] = []
  page.on('console', (message) => messages.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => messages.push(`uncaught: ${error.message}`))
  return { page, messages, close: () => context.close() }
}

interface AxeResult {
  violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[]
}

/** What axe-core finds on a page, one line for each element. It is run beside the page's policy, which forbids it. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'))
  const { violations } = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"], iframes: false })',
  )) as AxeResult
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html} ${failureSummary ?? ''}`),
  )
}

/** Keeps a picture of what the page shows. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  await mkdir(PICTURES, { recursive: true })
  await page.screenshot({ path: join(PICTURES, `${name}.png`), animations: 'disabled' })
}
