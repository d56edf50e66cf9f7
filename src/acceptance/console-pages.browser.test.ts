/** Each page of the console, at both widths and in both colour schemes. Pictures are kept in .out/pictures. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, test } from 'node:test'
import { accessibilityFaults, keepPicture, openBrowser, openPage, type Page } from '../testing/browser.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { docx, pdf } from '../testing/sample-files.ts'
import { startServiceProcess } from '../testing/service-process.ts'

const LIMIT = { timeout: 180_000 }
const WIDTHS = [1280, 390]
const SCHEMES = ['light', 'dark'] as const

const data = await newDataFolder()
const service = await startServiceProcess(data)
const browser = await openBrowser()
after(async () => {
  await browser.close()
  await service.stop()
  await rm(data, { recursive: true, force: true })
})
const { http: origin } = service.urls

/** @returns the id of the document */
async function upload(name: string, type: string, content: string | Buffer, owner = 'ada@example.com') {
  const form = new FormData()
  form.set('created_by', owner)
  form.set('file', new Blob([content as Uint8Array<ArrayBuffer>], { type }), name)
  const response = await fetch(`${origin}/documents`, { method: 'POST', body: form })
  assert.equal(response.status, 201)
  return ((await response.json()) as { id: string }).id
}

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
  await upload(
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
  return { lease, contract }
}

async function checkAll(look: (page: Page, name: string) => Promise<void>, path: string, name: string) {
  for (const width of WIDTHS) {
    for (const colorScheme of SCHEMES) {
      const isPhone = width < 500
      const { page, messages, close } = await openPage(browser, {
        viewport: { width, height: isPhone ? 844 : 800 },
        colorScheme,
        hasTouch: isPhone,
        isMobile: isPhone,
      })
      const title = `${name}-${width}-${colorScheme}`
      await page.goto(`${origin}${path}`)
      await look(page, title)
      assert.deepEqual(await accessibilityFaults(page), [], title)
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
      assert.ok((overflow as number) <= 0, `${title} is ${overflow} pixels too wide`)
      await keepPicture(page, title)
      assert.deepEqual(messages, [], title)
      await close()
    }
  }
}

test('an empty list says how it is filled', LIMIT, () =>
  checkAll((page) => page.getByRole('heading', { name: 'No documents yet' }).waitFor(), '/', 'empty'),
)

test('the list, a search, a document, signing, the status and help', LIMIT, async () => {
  const { lease, contract } = await fill()
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
    (page) => page.getByText('Signed by Grace Hopper').waitFor(),
    `/d/${contract}?page=2`,
    'signed',
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
