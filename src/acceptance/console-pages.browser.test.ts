/** Each page of the console, at both widths and in both colour schemes. Pictures are kept in .out/pictures. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from '../testing/browser.ts'
import { checkLook, startConsole, VIEWS } from '../testing/console.ts'
import { eventually } from '../testing/deadline.ts'
import { docx, pdf } from '../testing/sample-files.ts'
import { imageOf, pngOf } from '../testing/scanned-files.ts'

const LIMIT = { timeout: 180_000 }
const { origin, open, upload } = await startConsole()

async function change(id: string, status: string) {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ status })
  const response = await fetch(`${origin}/documents/${id}`, { method: 'PATCH', headers, body })
  assert.equal(response.status, 200)
}

const LEASE = `LEASE

1. The rent is due on the third day of each month.
2. The notice period is three months.
`

async function fill() {
  const lease = await upload('Lease of Mill Street 5.txt', 'text/plain', LEASE)
  const contract = await upload(
    'Service contract 2026.pdf',
    'application/pdf',
    pdf(['Service contract', 'The notice period is six weeks', 'Signed by both parties']),
  )
  const word = docx('Minutes of the meeting', 'The notice period was discussed.')
  const minutes = await upload(
    'Minutes.docx',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    word,
  )
  await upload('Price list.md', 'text/markdown', '# Prices\n\nHourly rate: 120', 'grace@example.com')
  const offer = await upload(
    'Offer 17.txt',
    'text/plain',
    'Our offer is valid for a month.',
    'grace@example.com',
  )
  const old = await upload('Offer 16.txt', 'text/plain', 'This offer has ended.', 'grace@example.com')
  await change(offer, 'sent')
  await change(old, 'cancelled')
  await fetch(`${origin}/signatures`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      document_id: contract,
      signer_email: 'grace@example.com',
      signer_name: 'Grace Hopper',
      signature_data: 'Grace Hopper',
    }),
  })
  return { lease, contract, minutes }
}

async function checkAll(look: (page: Page) => Promise<unknown>, path: string, name: string) {
  for (const view of VIEWS) {
    const { page, messages, close } = await open(view.options)
    const title = `${name}-${view.name}`
    await page.goto(`${origin}${path}`)
    await look(page)
    await checkLook(page, title)
    assert.deepEqual(messages, [], title)
    await close()
  }
}

/** The picture of a page is there. */
const isDrawn = (page: Page, name: string) =>
  page
    .getByRole('img', { name })
    .evaluate((image) => (image as unknown as { decode(): Promise<void> }).decode())

const isInView = (element: unknown): boolean => {
  const { top, bottom } = (
    element as { getBoundingClientRect(): { top: number; bottom: number } }
  ).getBoundingClientRect()
  return top >= 0 && bottom <= (globalThis as unknown as { innerHeight: number }).innerHeight
}

test('an empty list says how it is filled', LIMIT, () =>
  checkAll((page) => page.getByRole('heading', { name: 'No documents yet' }).waitFor(), '/', 'empty'),
)

test('the list, a search, a document, signing, the status and help', LIMIT, async () => {
  const { lease, contract, minutes } = await fill()
  const heading = (name: string | RegExp) => (page: Page) => page.getByRole('heading', { name }).waitFor()
  await checkAll(
    async (page) => {
      await page.getByRole('link', { name: 'Price list.md' }).waitFor()
      await page.getByRole('status').getByText('6 documents').waitFor()
    },
    '/',
    'documents',
  )
  await checkAll((page) => page.getByText('3 matches').waitFor(), '/?q=%22notice+period%22', 'search')
  await checkAll((page) => page.getByText('Nothing matches').waitFor(), '/?q=zebra&status=signed', 'no-match')
  await checkAll((page) => page.getByText('The rent is due').waitFor(), `/d/${lease}`, 'document')
  await checkAll(
    async (page) => {
      await page.getByText('Signed by Grace Hopper').waitFor()
      await page.locator('.hit mark').getByText('period').waitFor()
      await isDrawn(page, 'Page 2 of 3')
      // The page scrolls after it has drawn what was found.
      await eventually('the hit in view', () => page.locator('.hit').evaluate(isInView))
    },
    `/d/${contract}?q=%22notice+period%22&page=2`,
    'signed',
  )
  await checkAll(
    async (page) => {
      await page.locator('.passage.hit').getByText('The notice period was discussed.').waitFor()
      // Found by another form of the word.
      await page.locator('.passage.hit mark').getByText('discussed').waitFor()
    },
    `/d/${minutes}?q=discuss+notice`,
    'word',
  )
  await checkAll(heading('Sign “Lease of Mill Street 5.txt”'), `/d/${lease}/sign`, 'sign')
  await checkAll(heading('Everything works'), '/status', 'status')
  await checkAll(heading('There is nothing here'), '/d/nothing', 'not-found')
  await checkAll(
    async (page) => {
      await page.getByRole('button', { name: 'Help and keys' }).click()
      await page.getByRole('heading', { name: 'Keys', exact: true }).waitFor()
    },
    '/',
    'help',
  )
  await checkAll(
    async (page) => {
      await page.getByRole('button', { name: 'Upload', exact: true }).click()
      await page.getByLabel('Your e-mail address').waitFor()
    },
    '/',
    'upload',
  )
})

test(
  'an image is shown as a page, and a file that cannot be drawn says so beside its text',
  LIMIT,
  async () => {
    const scan = await upload('Scan.png', 'image/png', pngOf(await imageOf('The rent is due.')))
    const { page, messages, close } = await open()
    await page.goto(`${origin}/d/${scan}`)
    await isDrawn(page, 'Page 1 of 1')
    assert.deepEqual(messages, [])
    const broken = await upload('Broken.pdf', 'application/pdf', Buffer.from('%PDF-1.4\n1 0 obj\n'))
    await page.goto(`${origin}/d/${broken}`)
    await page.getByRole('alert').getByText('The pages of this file cannot be shown').waitFor()
    await page.getByText('Download it to open it on this device').last().waitFor()
    await close()
  },
)
