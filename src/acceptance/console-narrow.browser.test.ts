/** What has to stay in sight and in reach: long titles, the consent to a signature, files without content. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator, Page } from '../testing/browser.ts'
import { checkLook, startConsole, VIEWS } from '../testing/console.ts'

const LIMIT = { timeout: 180_000 }
const LONG_TITLE = 'Lease'.repeat(50)
const { origin, open, createDocument } = await startConsole()

/** Whether a person sees all of it, without scrolling: it is on the screen, and nothing covers its edges. */
const isInSight = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element) => {
    interface Node {
      contains(other: unknown): boolean
      getBoundingClientRect(): Record<'left' | 'right' | 'top' | 'bottom', number>
    }
    const { document } = globalThis as unknown as {
      document: { elementFromPoint(x: number, y: number): unknown }
    }
    const { left, right, top, bottom } = (element as Node).getBoundingClientRect()
    const x = (left + right) / 2
    return [top + 2, bottom - 2].every((y) => (element as Node).contains(document.elementFromPoint(x, y)))
  })

async function rename(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByRole('dialog').getByLabel('Title').fill(title)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: title, level: 1 }).waitFor()
}

for (const { name, options } of VIEWS) {
  test(`a long title fits, and its change can be undone, at ${name}`, LIMIT, async () => {
    const id = await createDocument(`Draft ${name}`)
    const { page, messages, close } = await open(options)
    await page.clock.install()
    await page.goto(`${origin}/d/${id}`)
    await rename(page, LONG_TITLE)
    const undo = page.getByRole('button', { name: 'Undo' })
    await undo.waitFor()
    assert.ok(await isInSight(undo), 'the button is out of reach')
    // It stays while the focus is on it (WCAG 2.2.1).
    await undo.focus()
    await page.clock.fastForward(60_000)
    await undo.click()
    await page.getByRole('heading', { name: `Draft ${name}`, level: 1 }).waitFor()
    // A person reads 1 view, and 2 views.
    const views = await page.locator('dt:text-is("Views") + dd').textContent()
    assert.match(views!, /^(1 view|(?!1 )\d+ views), (1 viewer|(?!1 )\d+ viewers)$/)
    await rename(page, LONG_TITLE)
    await checkLook(page, `long-title-${name}`)
    await page.mouse.move(0, 0)
    await page.clock.fastForward(60_000)
    await undo.waitFor({ state: 'detached' })
    await page.goto(origin)
    const link = page.getByRole('link', { name: LONG_TITLE }).first()
    await link.waitFor()
    const { height } = (await link.boundingBox())!
    assert.ok(height < 80, `the title is ${height} pixels high in the list`)
    await checkLook(page, `long-title-list-${name}`)
    assert.deepEqual(messages, [])
    await close()
  })

  test(`nobody signs without the consent in sight, at ${name}`, LIMIT, async () => {
    const id = await createDocument('Consent')
    const { page, messages, close } = await open(options)
    await page.goto(`${origin}/d/${id}/sign`)
    const button = page.getByRole('button', { name: 'Sign document' })
    const consent = page.getByText('By signing you agree to this document.')
    await button.scrollIntoViewIfNeeded()
    assert.ok(await isInSight(consent), 'the consent is out of sight')
    await page.getByLabel('Your name').fill('Ada')
    await page.getByLabel('Your e-mail address').fill('ada@example.com')
    await button.click()
    const alert = page.getByRole('alert').getByText('Draw your signature')
    await alert.waitFor()
    assert.ok(await isInSight(alert), 'the alert is out of sight')
    assert.ok(await isInSight(consent), 'the consent is out of sight')
    await checkLook(page, `sign-missing-${name}`)
    const pad = page.getByRole('img', { name: 'Area to draw' })
    await pad.scrollIntoViewIfNeeded()
    const { x, y, width, height } = (await pad.boundingBox())!
    await page.mouse.move(x + width * 0.2, y + height * 0.3)
    await page.mouse.down()
    await page.mouse.move(x + width * 0.6, y + height * 0.5, { steps: 5 })
    await page.mouse.up()
    await alert.waitFor({ state: 'detached' })
    assert.deepEqual(messages, [])
    await close()
  })
}

test('an empty file is named and not sent, in the language of the reader', LIMIT, async () => {
  const { page, messages, close } = await open({ locale: 'de-DE' })
  await page.goto(origin)
  await page.getByRole('button', { name: 'Hochladen', exact: true }).click()
  const dialog = page.getByRole('dialog')
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    dialog.getByRole('button', { name: 'Dateien wählen' }).click(),
  ])
  const mimeType = 'text/plain'
  await chooser.setFiles([
    { name: 'leer.txt', mimeType, buffer: Buffer.alloc(0) },
    { name: 'voll.txt', mimeType, buffer: Buffer.from('Miete') },
  ])
  const item = dialog.getByRole('listitem').filter({ hasText: 'leer.txt' })
  await item.getByRole('alert').getByText('Diese Datei ist leer und wird nicht hochgeladen.').waitFor()
  assert.equal(await item.getByRole('button').count(), 0)
  await checkLook(page, 'upload-empty')
  await dialog.getByLabel('Ihre E-Mail-Adresse').fill('ada@example.com')
  await dialog.getByRole('button', { name: '1 Datei hochladen' }).click()
  await dialog.getByText('1 von 2 hochgeladen, 1 fehlgeschlagen').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Zustand' }).click()
  for (const name of ['Datenbank', 'Suchindex']) await page.getByRole('rowheader', { name }).waitFor()
  assert.deepEqual(messages, [])
  await close()
})

test('a dialog gives the focus to what one came for', LIMIT, async () => {
  const { page, close } = await open()
  await page.goto(origin)
  await page.getByRole('heading', { name: 'Documents' }).waitFor()
  const focus = page.locator(':focus')
  await page.keyboard.press('u')
  await focus.and(page.getByRole('button', { name: 'Choose files' })).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.keyboard.press('?')
  await focus.and(page.getByRole('checkbox', { name: 'Use keys' })).waitFor()
  await close()
})
