/** What README shows: a lease in the console, as somebody sees it a minute after `npm start`. */
import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { keepPicture, packageRoot } from '../testing/browser.ts'
import { startConsole } from '../testing/console.ts'

/** `npm run console:picture` puts `.out/pictures/readme.png` there. */
const PICTURE = '.github/console.png'
const MAX_BYTES = 150_000

const { origin, open } = await startConsole()

test('the picture of README is made again', { timeout: 120_000 }, async () => {
  const { page, messages, close } = await open({ viewport: { width: 1200, height: 760 } })
  await page.goto(origin)
  await page.getByRole('button', { name: 'Upload', exact: true }).click()
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('dialog').getByRole('button', { name: 'Choose files' }).click(),
  ])
  await chooser.setFiles(join(packageRoot(), 'examples/office-lease.pdf'))
  await page.getByLabel('Your e-mail address').fill('ada@example.com')
  await page.getByRole('button', { name: 'Upload 1 file' }).click()
  await page.getByRole('dialog').getByText('1 of 1 uploaded').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('searchbox').fill('"thirty days written notice"')
  await page.getByText('1 match').waitFor()
  await page.locator('.row-title').click()
  await page.locator('.hit mark').first().waitFor()
  const id = new URL(page.url()).pathname.split('/').at(-1)!
  const signature = { document_id: id, signer_email: 'ada@example.com', signer_name: 'Ada Lovelace' }
  const signed = await fetch(`${origin}/signatures`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...signature, signature_data: 'Ada Lovelace' }),
  })
  assert.equal(signed.status, 201)
  await page.getByText('Signed by Ada Lovelace').waitFor()
  const picture = page.getByRole('img', { name: /^Page 1 of/ })
  await page.evaluate('scrollTo(0, 0)')
  await picture.evaluate((image) => (image as unknown as { decode(): Promise<void> }).decode())
  await keepPicture(page, 'readme')
  assert.deepEqual(messages, [])
  await close()
})

test('README shows a picture that is no larger than it has to be', async () => {
  assert.ok((await stat(join(packageRoot(), PICTURE))).size <= MAX_BYTES)
  assert.match(
    await readFile(join(packageRoot(), 'README.md'), 'utf8'),
    /!\[.{20,}\]\(\.github\/console\.png\)/,
  )
})
