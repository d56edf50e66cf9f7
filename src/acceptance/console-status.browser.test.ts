/** What an administrator does on the status page: dead letters, and index against database. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { checkLook, startConsole, VIEWS } from '../testing/console.ts'
import { addDamaged } from '../testing/dead-letter-flow.ts'
import { openLetterTarget } from '../testing/letter-target.ts'

const LIMIT = { timeout: 180_000 }
const { origin, data, logIn } = await startConsole({ DOCMGR_AUTH_MODE: 'required' })
const target = await openLetterTarget(data, origin, (stop) => after(stop))
const LETTERS = 'Changes that could not be processed'

test(
  'an administrator sees a dead letter, retries it until it is gone, and compares index and database',
  LIMIT,
  async () => {
    const { id, restore } = await addDamaged(target, 'Puffin')
    const { page, messages, close } = await logIn('root@example.com', { admin: true })
    await page.goto(`${origin}/status`)
    const letters = page.locator('section').filter({ has: page.getByRole('heading', { name: LETTERS }) })
    const index = page
      .locator('section')
      .filter({ has: page.getByRole('heading', { name: /^Search index and/ }) })
    await letters.getByRole('link', { name: `Document ${id}` }).waitFor()
    await letters.getByText('the stored content is damaged').waitFor()
    const compare = index.getByRole('button', { name: 'Compare' })
    await compare.click()
    await index.getByText('They differ').waitFor()

    // By keyboard alone; its object is missing as before.
    const retry = letters.getByRole('button', { name: `Retry ${id}` })
    await retry.focus()
    await page.keyboard.press('Enter')
    await page.getByText('It is being processed again').waitFor()
    await retry.waitFor({ state: 'detached' })
    await retry.waitFor()
    await restore()
    await retry.click()
    await letters.getByText('There are none.').waitFor()

    await compare.focus()
    await page.keyboard.press('Space')
    await index.getByText('The index has every document in its present version').waitFor()
    assert.deepEqual(await index.getByRole('row').nth(1).getByRole('cell').allTextContents(), ['1', '1'])
    assert.deepEqual(messages, [])
    await close()
  },
)

test(
  'the status page looks right with a dead letter on every screen and in both languages',
  LIMIT,
  async () => {
    await addDamaged(target, 'Guillemot')
    const { page, close } = await logIn('root@example.com', { admin: true })
    await page.goto(`${origin}/status`)
    await page.getByRole('button', { name: /^Retry/ }).waitFor()
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.getByText('They differ').waitFor()
    for (const { name, options } of VIEWS) {
      await page.setViewportSize(options.viewport)
      await page.emulateMedia({ colorScheme: options.colorScheme })
      await checkLook(page, `status-letters-${name}`)
    }
    await close()
    const german = await logIn('root@example.com', { admin: true, locale: 'de-DE' })
    await german.page.goto(`${origin}/status`)
    await german.page.getByRole('button', { name: 'Vergleichen' }).click()
    await german.page.getByText('Sie unterscheiden sich').waitFor()
    await german.page.getByRole('button', { name: /wiederholen$/ }).waitFor()
    await german.close()
  },
)

test('others see neither of them', LIMIT, async () => {
  const { page, messages, close } = await logIn('ada@example.com')
  await page.goto(`${origin}/status`)
  await page.getByText('Connections and counts are for administrators.').waitFor()
  assert.equal(await page.getByRole('heading', { name: LETTERS }).count(), 0)
  assert.equal(await page.getByRole('button', { name: 'Compare' }).count(), 0)
  assert.deepEqual(messages, [])
  await close()
})
