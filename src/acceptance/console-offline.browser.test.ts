/** What the console says while the service cannot be reached, and that it goes on by itself when it can. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessibilityFaults, type Page } from '../testing/browser.ts'
import { checkLook, startConsole, VIEWS } from '../testing/console.ts'

const LIMIT = { timeout: 120_000 }
const { origin, open, createDocument } = await startConsole()

const ids = [await createDocument('Lease'), await createDocument('Offer')]
const isAway = (page: Page) =>
  page.getByRole('alert').getByText('The service does not answer.').first().waitFor()
const isBack = (page: Page) => page.getByRole('alert').waitFor({ state: 'detached' })
/** Chromium itself writes that a request has failed. */
const uncaught = (messages: string[]) => messages.filter((message) => message.startsWith('uncaught'))

test('an earlier list is not shown as what a search found', LIMIT, async () => {
  const { page, messages, close } = await open()
  await page.goto(origin)
  await page.getByRole('link', { name: 'Lease' }).waitFor()
  await page.context().setOffline(true)
  await page.getByRole('searchbox').fill('pineapple')
  // Before it, the list of all documents may have failed to be read again, with its own rows.
  await page.waitForURL(/q=pineapple/)
  for (const old of ['.row', '.facet']) await page.locator(old).first().waitFor({ state: 'detached' })
  await isAway(page)
  assert.equal(await page.getByText('match').count(), 0)
  await page.context().setOffline(false)
  await page.getByText('Nothing matches').waitFor()
  await isBack(page)
  assert.equal(await page.getByText('Best match first').count(), 0)
  assert.equal(await page.getByRole('region', { name: 'Filters' }).count(), 0)
  assert.deepEqual(uncaught(messages), [])
  await close()
})

test('a state that is not known is not shown as good', LIMIT, async () => {
  for (const view of VIEWS.filter(({ name }) => name.endsWith('light'))) {
    const { page, messages, close } = await open(view.options)
    await page.goto(`${origin}/status`)
    await page.getByRole('heading', { name: 'Everything works' }).waitFor()
    await page.context().setOffline(true)
    await page.getByRole('heading', { name: 'The state is not known' }).waitFor()
    await page.getByText('Last checked').waitFor()
    assert.equal(await page.locator('.state.good').count(), 0)
    await checkLook(page, `status-away-${view.name}`)
    await page.context().setOffline(false)
    await page.getByRole('heading', { name: 'Everything works' }).waitFor()
    await isBack(page)
    assert.deepEqual(uncaught(messages), [])
    await close()
  }
})

test('a page whose program cannot be loaded says so, and is loaded later', LIMIT, async () => {
  const { page, messages, close } = await open()
  await page.goto(`${origin}/d/${ids[0]}`)
  await page.getByRole('heading', { name: 'Lease', level: 1 }).waitFor()
  await page.context().setOffline(true)
  await page.getByRole('link', { name: 'Sign', exact: true }).click()
  await isAway(page)
  await page.getByRole('button', { name: 'Try again' }).waitFor()
  assert.deepEqual(await accessibilityFaults(page), [])
  await page.context().setOffline(false)
  await page.getByRole('heading', { name: 'Sign “Lease”' }).waitFor()
  await isBack(page)
  // Now the program is there, and the document is not.
  await page.getByRole('link', { name: 'Back to the document' }).click()
  await page.getByRole('heading', { name: 'Lease', level: 1 }).waitFor()
  await page.context().setOffline(true)
  await page.getByRole('link', { name: 'Sign', exact: true }).click()
  await page.getByRole('heading', { name: 'This page could not be loaded', level: 1 }).waitFor()
  await page.context().setOffline(false)
  await page.getByRole('heading', { name: 'Sign “Lease”' }).waitFor()
  assert.deepEqual(uncaught(messages), [])
  await close()
})

test('a document that could not be read is read when the service is back', LIMIT, async () => {
  const { page, messages, close } = await open()
  await page.goto(`${origin}/d/${ids[0]}`)
  await page.getByRole('heading', { name: 'Lease', level: 1 }).waitFor()
  await page.getByRole('link', { name: 'All documents' }).click()
  const other = page.getByRole('link', { name: 'Offer' })
  await other.waitFor()
  await page.context().setOffline(true)
  await other.click()
  await isAway(page)
  await page.context().setOffline(false)
  await page.getByRole('heading', { name: 'Offer', level: 1 }).waitFor()
  await isBack(page)
  assert.deepEqual(uncaught(messages), [])
  await close()
})
