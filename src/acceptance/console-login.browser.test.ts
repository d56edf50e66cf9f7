/** Logging in to the console in mode `required`, as Chromium keeps cookies. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, test } from 'node:test'
import { accessibilityFaults, keepPicture, openBrowser, openPage } from '../testing/browser.ts'
import { runCli } from '../testing/cli.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { startServiceProcess } from '../testing/service-process.ts'

const LIMIT = { timeout: 120_000 }
const data = await newDataFolder()
const service = await startServiceProcess(data, { DOCMGR_AUTH_MODE: 'required' })
const browser = await openBrowser()
after(async () => {
  await browser.close()
  await service.stop()
  await rm(data, { recursive: true, force: true })
})
const { http: origin } = service.urls

async function newLink(): Promise<string> {
  const { stdout, stderr } = await runCli(['login-link', '--email', 'ada@example.com', '--data', data])
  assert.match(stdout, /^http:\S+\/login#[\w-]{43}\n$/, stderr)
  return stdout.trim()
}

test('without a session, the console says how to get one', LIMIT, async () => {
  const { page, messages, close } = await openPage(browser)
  await page.goto(`${origin}/`)
  await page.getByRole('heading', { name: 'Log in' }).waitFor()
  assert.deepEqual(await accessibilityFaults(page), [])
  await keepPicture(page, 'login')
  assert.deepEqual(messages, [])
  await close()
})

for (const host of ['127.0.0.1', 'localhost']) {
  test(`a link logs in on ${host}, a reload keeps the session, and logging out ends it`, LIMIT, async () => {
    const { page, messages, close } = await openPage(browser)
    await page.goto((await newLink()).replace('127.0.0.1', host))
    await page.getByRole('heading', { name: 'No documents yet' }).waitFor()
    assert.equal(new URL(page.url()).hash, '')
    await page.locator('nav a[aria-current=page]').getByText('Documents').waitFor()
    await page.reload()
    await page.getByText('ada@example.com').waitFor()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
    assert.deepEqual(messages, [])
    await close()
  })
}

test('a link that was used says so', LIMIT, async () => {
  const link = await newLink()
  const [first, second] = [await openPage(browser), await openPage(browser)]
  await first.page.goto(link)
  await first.page.getByText('ada@example.com').waitFor()
  await second.page.goto(link)
  await second.page.getByRole('alert').getByText('This link does not work').waitFor()
  await second.page.goto('about:blank')
  await second.page.goto(`${origin}/login#cut-off`)
  await second.page.getByRole('alert').getByText('This link does not work').waitFor()
  assert.deepEqual(await accessibilityFaults(second.page), [])
  await first.close()
  await second.close()
})
