/** What people do with the console, driven by the names that they and screen readers see. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Locator, Page } from '../testing/browser.ts'
import { startConsole } from '../testing/console.ts'

const LIMIT = { timeout: 120_000 }
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

const { origin, open, createDocument } = await startConsole()

const row = (page: Page, title: string): Locator =>
  page.getByRole('listitem').filter({ has: page.getByRole('link', { name: title }) })

async function signDocument(document_id: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ document_id, signer_email: 'bob@example.com', signer_name: 'Bob' })
  const response = await fetch(`${origin}/signatures`, { method: 'POST', headers, body })
  assert.equal(response.status, 201)
}

const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })

async function choose(page: Page, files: string[] | ReturnType<typeof file>[]): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('dialog').getByRole('button', { name: 'Choose files' }).click(),
  ])
  await chooser.setFiles(files)
}

async function draw(page: Page): Promise<void> {
  const pad = page.getByRole('img', { name: 'Area to draw' })
  const { x, y, width, height } = (await pad.boundingBox())!
  await page.mouse.move(x + width * 0.2, y + height * 0.6)
  await page.mouse.down()
  for (const [across, down] of [
    [0.3, 0.3],
    [0.4, 0.7],
    [0.5, 0.4],
    [0.7, 0.5],
  ] as const)
    await page.mouse.move(x + width * across, y + height * down, { steps: 5 })
  await page.mouse.up()
}

/** How much of the pad is ink, from 0 to 1. */
const inked = (page: Page): Promise<number> =>
  page.evaluate(`(() => {
    const pad = document.querySelector('canvas')
    const copy = new OffscreenCanvas(pad.width, pad.height).getContext('2d', { willReadFrequently: true })
    copy.drawImage(pad, 0, 0)
    const { data } = copy.getImageData(0, 0, pad.width, pad.height)
    return data.filter((value, index) => index % 4 === 3 && value > 0).length / (data.length / 4)
  })()`)

test(
  'files are chosen, uploaded, found by a phrase and signed, and another window sees it',
  LIMIT,
  async () => {
    const { page, messages, close } = await open()
    await page.goto(origin)
    await page.getByRole('heading', { name: 'No documents yet' }).waitFor()
    await page.keyboard.press('u')
    await choose(page, [
      file('Lease.txt', 'The notice period is three months.'),
      file('Offer.txt', 'Valid for a month.'),
    ])
    await page.getByLabel('Your e-mail address').fill('ada@example.com')
    await page.getByRole('button', { name: 'Upload 2 files' }).click()
    await page.getByRole('dialog').getByText('2 of 2 uploaded').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    // It takes the keys as long as it is there.
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await row(page, 'Offer.txt').waitFor()

    await page.keyboard.press('/')
    await page.keyboard.type('"notice period"')
    await page.getByText('1 match').waitFor()
    assert.equal(await row(page, 'Lease.txt').locator('mark').first().textContent(), 'notice')
    assert.equal(new URL(page.url()).searchParams.get('q'), '"notice period"')
    await page.keyboard.press('Tab')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Lease.txt', level: 1 }).waitFor()
    await page.getByText('The notice period is three months.').waitFor()

    const other = await open()
    await other.page.goto(page.url())
    await other.page.getByText('Nobody has signed yet.').waitFor()

    await page.keyboard.press('s')
    await page.getByRole('heading', { name: 'Sign “Lease.txt”' }).waitFor()
    await page.getByLabel('Your name').fill('Ada Lovelace')
    await page.getByRole('button', { name: 'Sign document' }).click()
    await page.getByRole('alert').getByText('Draw your signature').waitFor()
    await draw(page)
    await page.getByRole('button', { name: 'Sign document' }).click()
    for (const one of [page, other.page]) {
      await one.getByRole('img', { name: 'Signature of Ada Lovelace' }).waitFor()
      await one.getByText('Signed by Ada Lovelace').waitFor()
      await one.locator('h1 + .badge').getByText('Signed').waitFor()
    }
    assert.deepEqual([...messages, ...other.messages], [])
    await Promise.all([close(), other.close()])
  },
)

test('a folder is dropped, and all that is in it is uploaded', LIMIT, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-drop-'))
  await mkdir(join(folder, 'contracts', 'old'), { recursive: true })
  await writeFile(join(folder, 'contracts', 'new.txt'), 'new')
  await writeFile(join(folder, 'contracts', '.hidden'), 'hidden')
  await writeFile(join(folder, 'contracts', 'old', 'ended.txt'), 'ended')
  const { page, messages, close } = await open()
  await page.goto(origin)
  // The page takes files once it has begun to read the list.
  await page.locator('.row, .notice.empty').first().waitFor()
  const devTools = await page.context().newCDPSession(page)
  const dragged = { items: [], files: [join(folder, 'contracts')], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devTools.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data: dragged })
  await page.getByLabel('Your e-mail address').fill('ada@example.com')
  await page.getByRole('button', { name: 'Upload 2 files' }).click()
  await page.getByRole('dialog').getByText('2 of 2 uploaded').waitFor()
  await page.getByRole('dialog').getByRole('link', { name: 'ended.txt' }).click()
  await page.getByRole('heading', { name: 'ended.txt', level: 1 }).waitFor()
  assert.deepEqual(messages, [])
  await close()
  await rm(folder, { recursive: true })
})

test('the dialog for uploads stays open where a person chooses no files', LIMIT, async () => {
  const { page, close } = await open()
  await page.goto(origin)
  await page.getByRole('button', { name: 'Upload', exact: true }).click()
  // As the browser does when its dialog for files is cancelled.
  await page.locator('input[type=file]').first().dispatchEvent('cancel', { bubbles: true })
  await choose(page, [file('lease.txt', 'The rent is due.')])
  await page.getByRole('button', { name: 'Upload 1 file' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await close()
})

test('a file that is too large fails with its reason, and the others do not', LIMIT, async () => {
  const { page, close } = await open()
  await page.goto(origin)
  await page.getByRole('button', { name: 'Upload', exact: true }).click()
  // By path: the browser reads a large file faster than it gets one from the test.
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-large-'))
  const paths = ['huge.bin', 'small.txt'].map((name) => join(folder, name))
  await writeFile(paths[0]!, Buffer.alloc(11_000_000, 1))
  await writeFile(paths[1]!, 'small')
  await choose(page, paths)
  await page.getByLabel('Your e-mail address').fill('ada@example.com')
  await page.getByRole('button', { name: 'Upload 2 files' }).click()
  await page.getByText('1 of 2 uploaded, 1 failed').waitFor()
  await page.getByRole('alert').getByText('larger than the service accepts').waitFor()
  await close()
  await rm(folder, { recursive: true })
})

test(
  'a drawn signature survives that the phone is turned, and a name can be typed instead',
  LIMIT,
  async () => {
    const id = await createDocument('Turned')
    const { page, messages, close } = await open(PHONE)
    await page.goto(`${origin}/d/${id}/sign`)
    await page.getByRole('img', { name: 'Area to draw' }).waitFor()
    assert.equal(
      await page.evaluate("getComputedStyle(document.querySelector('canvas')).touchAction"),
      'none',
    )
    await draw(page)
    const before = await inked(page)
    assert.ok(before > 0)
    await page.setViewportSize({ width: 844, height: 390 })
    await page.getByText('Undo stroke').scrollIntoViewIfNeeded()
    assert.ok((await inked(page)) > 0, 'the signature is gone')
    await page.getByRole('button', { name: 'Undo stroke' }).click()
    assert.equal(await inked(page), 0)
    await page.getByRole('radio', { name: 'Type' }).check()
    await page.getByLabel('Your name').fill('Grace')
    await page.getByLabel('Your e-mail address').fill('grace@example.com')
    await page.getByRole('button', { name: 'Sign document' }).click()
    await page.getByText('Signed by Grace').waitFor()
    assert.deepEqual(messages, [])
    await close()
  },
)

test('a title is changed and changed back; a status moves on; a document is deleted', LIMIT, async () => {
  const id = await createDocument('Draft of May')
  const { page, messages, close } = await open()
  await page.goto(`${origin}/d/${id}`)
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByLabel('Title').fill('Draft of June')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'Draft of June', level: 1 }).waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('heading', { name: 'Draft of May', level: 1 }).waitFor()
  await page.getByRole('button', { name: 'Change status' }).click()
  await page.getByRole('radio', { name: 'Viewed' }).check()
  await page.getByRole('dialog').getByRole('button', { name: 'Change status' }).click()
  await page.getByText('Status changed to Viewed').waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('“Draft of May” was deleted.').waitFor()
  await page.getByRole('heading', { name: 'Documents' }).waitFor()
  assert.deepEqual(messages, [])
  await close()
})

test('a list is filtered and sorted, goes on, and changes while it is looked at', LIMIT, async () => {
  await Promise.all(Array.from({ length: 55 }, (_, index) => createDocument(`Receipt ${index}`)))
  await signDocument(await createDocument('Contract'))
  const { page, messages, close } = await open()
  await page.goto(origin)
  await page.getByRole('button', { name: 'Show more' }).click()
  await page.getByRole('button', { name: 'Show more' }).waitFor({ state: 'detached' })
  await createDocument('Just in')
  await row(page, 'Just in').waitFor()
  await page.getByLabel('Sort').selectOption('Title')
  assert.equal(new URL(page.url()).searchParams.get('sort'), 'title')
  await page.getByRole('checkbox', { name: 'Signed' }).check()
  await page.getByRole('button', { name: 'Remove the filter Signed' }).waitFor()
  await row(page, 'Just in').waitFor({ state: 'detached' })
  await page.goBack()
  await row(page, 'Just in').waitFor()
  assert.deepEqual(messages, [])
  await close()
})

test('a list is filtered by the language of texts, and a document shows its file', LIMIT, async () => {
  const german = 'Der Mieter zahlt die Miete am dritten Werktag eines jeden Monats an den Vermieter. '.repeat(
    4,
  )
  const form = new FormData()
  form.set('created_by', 'ada@example.com')
  form.set('title', 'Mietvertrag')
  form.set('file', new Blob([german], { type: 'text/plain' }), 'vertraege/mühle.txt')
  assert.equal((await fetch(`${origin}/documents`, { method: 'POST', body: form })).status, 201)
  await createDocument(
    'Tenancy',
    'The tenant pays the rent to the landlord on the third day of the month. '.repeat(4),
  )
  const { page, messages, close } = await open()
  await page.goto(origin)
  await row(page, 'Tenancy').waitFor()
  await page.getByRole('group', { name: 'Language' }).getByRole('checkbox', { name: 'German' }).check()
  await page.getByRole('button', { name: 'Remove the filter German' }).waitFor()
  await row(page, 'Tenancy').waitFor({ state: 'detached' })
  assert.equal(new URL(page.url()).searchParams.get('language'), 'de')
  await row(page, 'Mietvertrag').getByRole('link').first().click()
  await page.getByRole('heading', { name: 'Mietvertrag', level: 1 }).waitFor()
  for (const [term, value] of [
    ['File', 'mühle.txt'],
    ['Language', 'German'],
  ] as const)
    assert.match((await page.locator(`dt:text-is("${term}") + dd`).textContent())!, new RegExp(`${value}$`))
  assert.deepEqual(messages, [])
  await close()
})

test('the reader’s language is used', LIMIT, async () => {
  const { page, messages, close } = await open({ locale: 'de-AT' })
  await page.goto(origin)
  await page.getByRole('heading', { name: 'Dokumente' }).waitFor()
  assert.equal(await page.evaluate('document.documentElement.lang'), 'de-AT')
  await page.keyboard.press('?')
  await page.getByRole('heading', { name: 'Hilfe und Tasten' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.deepEqual(messages, [])
  await close()
})
