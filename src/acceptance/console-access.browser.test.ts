/** What people do with the console where they have to log in and have different roles. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessibilityFaults, keepPicture, type Page } from '../testing/browser.ts'
import { checkLook, startConsole, VIEWS } from '../testing/console.ts'
import { eventually } from '../testing/deadline.ts'

const LIMIT = { timeout: 120_000 }
const { origin, logIn } = await startConsole({ DOCMGR_AUTH_MODE: 'required' })

async function upload(page: Page, name: string): Promise<string> {
  await page.goto(origin)
  await page.getByRole('button', { name: 'Upload', exact: true }).click()
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('dialog').getByRole('button', { name: 'Choose files' }).click(),
  ])
  await chooser.setFiles([{ name, mimeType: 'text/plain', buffer: Buffer.from('The rent is due.') }])
  await page.getByRole('button', { name: 'Upload 1 file' }).click()
  await page.getByRole('dialog').getByRole('link', { name }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  return page.url()
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

test('somebody who is no administrator uploads, finds, reads, signs and sees the status', LIMIT, async () => {
  const { page, messages, close } = await logIn('ada@example.com')
  await page.getByRole('heading', { name: 'No documents yet' }).waitFor()
  const address = await upload(page, 'Lease.txt')
  await page.locator('dt:text-is("Your role") + dd').getByText('Owner').waitFor()
  await page.goto(`${origin}/?q=rent`)
  await page.getByText('1 match').waitFor()
  await page.goto(`${address}/sign`)
  await page.getByRole('radio', { name: 'Type' }).check()
  await page.getByLabel('Your name').fill('Ada Lovelace')
  assert.equal(await page.getByLabel('Your e-mail address').getAttribute('readonly'), '')
  await button(page, 'Sign document').click()
  await page.getByText('Signed by Ada Lovelace').waitFor()
  await page.getByRole('link', { name: 'Status' }).click()
  await page.getByRole('heading', { name: 'Everything works' }).waitFor()
  await page.getByText('Connections and counts are for administrators.').waitFor()
  assert.deepEqual(messages, [])
  await close()
})

test('access is given to a second person, changed and taken away, and each page follows', LIMIT, async () => {
  const [ada, bob] = [await logIn('ada@example.com'), await logIn('bob@example.com')]
  const [mine, theirs] = [ada.page, bob.page]
  const address = await upload(mine, 'Contract.txt')
  await theirs.getByRole('heading', { name: 'No documents yet' }).waitFor()
  await button(mine, 'Access').click()
  const dialog = mine.getByRole('dialog', { name: 'Access' })
  await dialog.getByText('A document keeps an owner.').waitFor()
  await dialog.getByLabel('E-mail address').fill('bob@example')
  await button(mine, 'Give access').click()
  await dialog.getByRole('alert').getByText('Enter an e-mail address such as').waitFor()
  await dialog.getByLabel('E-mail address').fill('Bob@Example.com')
  await button(mine, 'Give access').click()
  await dialog.getByRole('combobox', { name: 'Role of bob@example.com' }).waitFor()
  assert.deepEqual(await accessibilityFaults(mine), [])

  // It appears in the list that was empty.
  await theirs.getByRole('link', { name: 'Contract.txt' }).click()
  await theirs.getByText('You may read and sign this document.').waitFor()
  for (const name of ['Access', 'Rename', 'Change status', 'Delete'])
    assert.equal(await button(theirs, name).count(), 0, name)
  await theirs.getByText('Access as Reader given to a person whom only owners see').waitFor()
  await mine.getByText('Access as Reader given to bob@example.com').waitFor({ state: 'attached' })
  assert.deepEqual(await accessibilityFaults(theirs), [])
  await keepPicture(theirs, 'reader')

  // Another role is no new version of the document, so a page that is open keeps what it offers.
  for (const [role, offers] of [
    ['Editor', 'Rename'],
    ['Owner', 'Access'],
  ] as const) {
    const isGiven = mine.waitForResponse((response) => response.request().method() === 'PUT')
    await dialog.getByRole('combobox', { name: 'Role of bob@example.com' }).selectOption(role)
    await isGiven
    await theirs.reload()
    await button(theirs, offers).waitFor()
    assert.equal(await button(theirs, 'Access').count(), role === 'Owner' ? 1 : 0)
  }

  await button(mine, 'Remove bob@example.com').click()
  await theirs.getByText('your access to it has ended').waitFor()
  await mine.getByRole('status').getByText('bob@example.com has no access any more.').waitFor()
  await mine.getByText('A document keeps an owner.').waitFor()
  await theirs.goto(address)
  await theirs.getByText('nobody has given you access to it').waitFor()
  assert.deepEqual(ada.messages.filter(isNotRefused), [])
  // A browser writes of each answer 404; nothing else.
  assert.deepEqual(bob.messages.filter(isNotUnknown), [])
  await Promise.all([ada.close(), bob.close()])
})

test('the history tells who did what and from where, and an owner who was refused', LIMIT, async () => {
  const [ada, bob] = [await logIn('ada@example.com'), await logIn('bob@example.com')]
  const [mine, theirs] = [ada.page, bob.page]
  const address = await upload(mine, 'History.txt')
  await theirs.goto(address)
  await theirs.getByText('nobody has given you access to it').waitFor()
  await button(mine, 'Change status').click()
  await mine.getByRole('radio', { name: 'Sent' }).check()
  await mine.getByRole('dialog').getByRole('button', { name: 'Change status' }).click()
  const entry = (text: string) => mine.locator('.history').getByRole('listitem').filter({ hasText: text })
  await entry('Uploaded by ada@example.com').waitFor()
  // What was read again because it has changed was looked at once.
  await mine.locator('dt:text-is("Views") + dd').getByText('1 view, 1 viewer').waitFor()
  await entry('Status changed to Sent').getByText('ada@example.com · 127.0.0.1').waitFor()
  // A refused attempt is recorded after its answer.
  await eventually('the refused attempt', async () => {
    await mine.reload()
    await entry('Uploaded by').waitFor()
    return (await entry('Refused: tried to read it').count()) > 0
  })
  await entry('Refused: tried to read it').getByText('bob@example.com').waitFor()
  await checkLook(mine, 'history')
  assert.deepEqual(ada.messages, [])
  await Promise.all([ada.close(), bob.close()])
})

/** A field that is wrong is 422, which a browser writes of, too. */
const isNotRefused = (message: string): boolean => !/status of 422/.test(message)
const isNotUnknown = (message: string): boolean => !/status of 404/.test(message)

for (const { name, options } of VIEWS)
  test(`the dialog of access at ${name}`, LIMIT, async () => {
    const { page, messages, close } = await logIn('ada@example.com', options)
    await upload(page, 'Lease of Mill Street.txt')
    await button(page, 'Access').click()
    await page.getByRole('dialog').getByLabel('E-mail address').fill('grace.hopper@example.com')
    await button(page, 'Give access').click()
    await button(page, 'Remove grace.hopper@example.com').waitFor()
    await checkLook(page, `access-${name}`)
    await button(page, 'Remove grace.hopper@example.com').click()
    await page.getByRole('status').getByText('grace.hopper@example.com has no access any more.').waitFor()
    // The button that had the focus is gone.
    await page.locator(':focus').and(page.getByRole('dialog').getByLabel('E-mail address')).waitFor()
    await button(page, 'Undo').click()
    await button(page, 'Remove grace.hopper@example.com').waitFor()
    assert.deepEqual(messages, [])
    await close()
  })
