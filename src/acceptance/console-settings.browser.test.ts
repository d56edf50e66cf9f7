/** The settings pages: sessions, API keys, people. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from '../testing/browser.ts'
import { checkLook, startConsole, VIEWS } from '../testing/console.ts'
import { eventually } from '../testing/deadline.ts'

const LIMIT = { timeout: 180_000 }
const { origin, logIn, open } = await startConsole({ DOCMGR_AUTH_MODE: 'required' })

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true })
const dialog = (page: Page) => page.getByRole('dialog')

async function makeKey(page: Page, name: string): Promise<string> {
  await button(page, 'New key').click()
  await dialog(page).getByLabel('What it is for').fill(name)
  await dialog(page).getByRole('checkbox', { name: 'Create, change, delete and sign' }).check()
  await dialog(page).getByLabel('It expires').selectOption('after 30 days')
  await button(page, 'Make key').click()
  const field = dialog(page).getByLabel('The key', { exact: true })
  await field.waitFor()
  return field.inputValue()
}

test('a key is made, shown once, used by a program and revoked', LIMIT, async () => {
  const { page, messages, close } = await logIn('ada@example.com')
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('link', { name: 'API keys' }).click()
  await page.getByText('There are no keys.').waitFor()
  const key = await makeKey(page, 'Nightly import')
  assert.match(key, /^dk_/)
  await button(page, 'Close').last().click()
  await page.getByText('never used').waitFor()
  assert.equal((await page.content()).includes(key), false)
  const authorization = `Bearer ${key}`
  const ask = () => fetch(`${origin}/documents`, { headers: { authorization } })
  assert.equal((await ask()).status, 200)
  await page.reload()
  await page.getByText('last used').waitFor()
  await button(page, 'Revoke Nightly import').click()
  await dialog(page).getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('Revoked', { exact: true }).waitFor()
  await eventually('the key to be refused', async () => (await ask()).status === 401, 40_000)
  assert.deepEqual(messages, [])
  await close()
})

test('a browser elsewhere is logged out', LIMIT, async () => {
  const [here, there] = [await logIn('bob@example.com'), await logIn('bob@example.com')]
  await here.page.goto(`${origin}/settings`)
  await here.page.getByText('This browser').waitFor()
  await button(here.page, /^Log out Chrome/).click()
  await here.page.getByText('logged out within 30 seconds').waitFor()
  await button(here.page, /^Log out Chrome/).waitFor({ state: 'detached' })
  // The page that is open there finds out by itself, and says why one has to log in.
  await there.page.getByRole('heading', { name: 'Log in' }).waitFor()
  await there.page.getByRole('alert').getByText('You are not logged in any more.').waitFor()
  await here.page.getByRole('main').getByRole('button', { name: 'Log out', exact: true }).click()
  await here.page.getByRole('heading', { name: 'Log in' }).waitFor()
  assert.deepEqual(here.messages, [])
  await Promise.all([here.close(), there.close()])
})

test(
  'an administrator adds a person, who logs in by a link, gets a role and is disabled',
  LIMIT,
  async () => {
    const { page, messages, close } = await logIn('root@example.com', { admin: true })
    await page.goto(`${origin}/settings/people`)
    await button(page, 'Add a person').click()
    await dialog(page).getByLabel('E-mail address').fill('carol@example.com')
    await dialog(page).getByRole('button', { name: 'Add a person' }).click()
    await button(page, 'Login link for carol@example.com').click()
    const link = await dialog(page).getByLabel('Login link for carol@example.com').inputValue()
    await button(page, 'Close').last().click()

    const other = await open()
    await other.page.goto(link)
    await other.page.getByText('carol@example.com').first().waitFor()
    await other.page.goto(`${origin}/settings/people`)
    await other.page.getByText('People are for administrators').waitFor()

    const roles = page.getByRole('group', { name: 'Roles of carol@example.com' })
    await roles.getByRole('checkbox', { name: 'Auditor' }).check()
    assert.equal(
      await page
        .getByRole('group', { name: 'Roles of root@example.com' })
        .getByRole('checkbox', { name: 'Administrator' })
        .isDisabled(),
      true,
    )
    await button(page, 'Disable carol@example.com').click()
    await button(page, 'Enable carol@example.com').waitFor()
    const isLoggedOut = async (): Promise<boolean> => {
      await other.page.reload()
      await other.page.getByRole('heading', { level: 1 }).waitFor()
      return (await other.page.getByRole('heading', { name: 'Log in' }).count()) === 1
    }
    await eventually('the session to end', isLoggedOut, 40_000)
    assert.deepEqual([...messages, ...other.messages], [])
    await Promise.all([close(), other.close()])
  },
)

for (const { name, options } of VIEWS)
  test(`the settings pages at ${name}`, LIMIT, async () => {
    const { page, messages, close } = await logIn('root@example.com', { admin: true, ...options })
    await page.goto(`${origin}/settings`)
    await page.getByText('This browser').waitFor()
    await checkLook(page, `settings-sessions-${name}`)
    await page.getByRole('link', { name: 'API keys' }).click()
    await makeKey(page, `Import ${name}`)
    await checkLook(page, `settings-key-${name}`)
    await button(page, 'Close').last().click()
    await button(page, `Revoke Import ${name}`).waitFor()
    await checkLook(page, `settings-keys-${name}`)
    await page.getByRole('link', { name: 'People' }).click()
    await page.getByRole('group', { name: 'Roles of root@example.com' }).waitFor()
    await checkLook(page, `settings-people-${name}`)
    assert.deepEqual(messages, [])
    await close()
  })

test('people beyond the first page are shown on demand, and one of them can be disabled', LIMIT, async () => {
  const { page, messages, close } = await logIn('root@example.com', { admin: true })
  await page.goto(`${origin}/settings/people`)
  await button(page, 'Add a person').waitFor()
  const emails = [...Array.from({ length: 100 }, (_, n) => `many-${n}@example.com`), 'zoe@example.com']
  const statuses = await page.evaluate(async (all) => {
    const headers = { 'content-type': 'application/json' }
    const answers: number[] = []
    for (const email of all)
      answers.push(
        (await fetch('/people', { method: 'POST', headers, body: JSON.stringify({ email }) })).status,
      )
    return answers
  }, emails)
  assert.deepEqual([...new Set(statuses)], [200])
  await page.reload()
  await button(page, 'Disable many-0@example.com').waitFor()
  assert.equal(await button(page, 'Disable zoe@example.com').count(), 0)
  await button(page, 'Show more').click()
  await button(page, 'Disable zoe@example.com').click()
  await button(page, 'Enable zoe@example.com').waitFor()
  await button(page, 'Show more').waitFor({ state: 'detached' })
  assert.deepEqual(messages, [])
  await close()
})
