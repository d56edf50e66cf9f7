/** Searches in the console: by keys alone, and what is said where nothing is found. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkLook, startConsole, VIEWS } from '../testing/console.ts'
import { eventually } from '../testing/deadline.ts'
import { imageOf, pngOf } from '../testing/scanned-files.ts'

const LIMIT = { timeout: 120_000 }
const { origin, open, upload } = await startConsole()

test('by keys: from the search to the matches and back, and out of the search', LIMIT, async () => {
  await upload('Lease of May', 'text/plain', 'The rent is due.')
  await upload('Lease of June', 'text/plain', 'The rent is due.')
  await eventually('both in the index', async () => {
    const response = await fetch(`${origin}/search?q=lease`)
    return ((await response.json()) as { total: number }).total === 2
  })
  const { page, messages, close } = await open()
  const focused = (): Promise<string> =>
    page.evaluate(
      'document.activeElement.className === "row-title" ? "row" : document.activeElement.localName',
    )
  const hasFocus = (name: string) =>
    eventually(`the focus on ${name}`, async () => (await focused()) === name)
  await page.goto(origin)
  await page.getByRole('link', { name: 'Lease of May' }).waitFor()
  for (const key of ['ArrowDown', 'Enter']) {
    await page.keyboard.press('/')
    await hasFocus('input')
    await page.keyboard.type('"of May"')
    await page.keyboard.press(key)
    await hasFocus('row')
    await page.getByText('1 match').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.press('Escape')
    await page.getByText('2 documents').waitFor()
    assert.equal(await page.getByRole('searchbox').inputValue(), '')
    await hasFocus('input')
    await page.keyboard.press('Escape')
    await hasFocus('body')
    await page.keyboard.press('j')
    await hasFocus('row')
    assert.equal(await page.getByRole('searchbox').inputValue(), '')
  }
  assert.deepEqual(messages, [])
  await close()
})

test('a scan says that its text is not read, and a search without a match leads to it', LIMIT, async () => {
  const id = await upload('Scan.png', 'image/png', pngOf(await imageOf('The rent is due.')))
  for (const view of VIEWS.filter(({ name }) => name.endsWith('light'))) {
    const { page, messages, close } = await open(view.options)
    await page.goto(`${origin}/d/${id}`)
    await page.getByText('it is a scan, and reading scans is off').waitFor()
    await checkLook(page, `scan-${view.name}`)
    await page.goto(origin)
    const row = page.getByRole('listitem').filter({ hasText: 'Scan.png' })
    await row.getByText('No text was read: searches find it by its title only').waitFor()
    await checkLook(page, `scan-list-${view.name}`)
    await page.goto(`${origin}/?q=zebra`)
    await page.getByText('Nothing matches').waitFor()
    assert.equal(await page.getByText('Best match first').count(), 0)
    const unread = page.getByRole('link', { name: 'Show the files whose text is not read' })
    await unread.waitFor()
    await checkLook(page, `nothing-${view.name}`)
    await unread.click()
    await page.getByRole('link', { name: 'Scan.png' }).waitFor()
    assert.deepEqual(messages, [])
    await close()
  }
})

test('where nobody logs in, /login leads to the documents', LIMIT, async () => {
  const { page, messages, close } = await open()
  await page.goto(`${origin}/login`)
  await page.locator('nav a[aria-current=page]').getByText('Documents').waitFor()
  assert.equal(new URL(page.url()).pathname, '/')
  assert.deepEqual(messages, [])
  await close()
})
