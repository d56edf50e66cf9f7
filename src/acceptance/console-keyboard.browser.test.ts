/** What a new person does first, with the keyboard only and by the names that screen readers say, at both widths. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessibilityFaults, type Page } from '../testing/browser.ts'
import { startConsole, VIEWS } from '../testing/console.ts'
import { pdf } from '../testing/sample-files.ts'

const LIMIT = { timeout: 180_000 }
/** Tabs from one thing to another that it could take at most. */
const MAX_TABS = 80
const { origin, logIn } = await startConsole({ DOCMGR_AUTH_MODE: 'required' })

type Role = 'button' | 'link' | 'textbox' | 'searchbox' | 'radio' | 'combobox'

/** Goes to it by Tab alone, as somebody without a mouse. */
async function tabTo(page: Page, role: Role, name: string | RegExp, key = 'Tab'): Promise<void> {
  const exact = typeof name === 'string'
  const wanted = page.getByRole(role, { name, exact }).last()
  await wanted.waitFor()
  const hasFocus = () =>
    wanted.evaluate(
      (element) =>
        element === (element as { ownerDocument?: { activeElement: unknown } }).ownerDocument!.activeElement,
    )
  for (let tabs = 0; tabs < MAX_TABS; tabs++) {
    if (await hasFocus()) return
    await page.keyboard.press(key)
  }
  assert.fail(`${MAX_TABS} tabs do not lead to the ${role} ${name}`)
}

async function press(page: Page, role: Role, name: string | RegExp): Promise<void> {
  await tabTo(page, role, name)
  await page.keyboard.press('Enter')
}

async function write(page: Page, role: Role, name: string, text: string): Promise<void> {
  await tabTo(page, role, name)
  await page.keyboard.type(text)
}

async function upload(page: Page, name: string): Promise<void> {
  await press(page, 'button', 'Upload')
  await tabTo(page, 'button', 'Choose files')
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')])
  const contract = pdf(['Lease of Mill Street', 'The notice period is three months', 'Signatures'])
  await chooser.setFiles([{ name, mimeType: 'application/pdf', buffer: contract }])
  await press(page, 'button', 'Upload 1 file')
  await page.getByRole('dialog').getByText('1 of 1 uploaded').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

for (const { name: view, options } of VIEWS.filter(({ name }) => name.endsWith('light')))
  test(`from the link to a shared signature, by keyboard at ${view}`, LIMIT, async () => {
    const [adaAddress, bobAddress] = ['ada', 'bob'].map((who) => `${who}-${view}@example.com`) as [
      string,
      string,
    ]
    const [ada, bob] = [await logIn(adaAddress, options), await logIn(bobAddress, options)]
    const [mine, theirs] = [ada.page, bob.page]
    const title = `Lease ${view}.pdf`
    await mine.getByRole('heading', { name: 'No documents yet' }).waitFor()
    await upload(mine, title)

    await write(mine, 'searchbox', 'Search documents', '"notice period"')
    await mine.getByText('1 match').waitFor()
    await press(mine, 'link', title)
    await mine.getByRole('heading', { name: title, level: 1 }).waitFor()
    const found = mine.getByRole('figure').filter({ hasText: 'Page 2 of 3' })
    await found.getByText('The notice period is three months').first().waitFor()
    const marked = found.locator('mark')
    assert.deepEqual((await marked.allTextContents()).slice(0, 2), ['notice', 'period'])
    assert.deepEqual(await accessibilityFaults(mine), [])
    const address = mine.url()
    const second = await mine.context().newPage()
    await second.goto(address)
    await second.getByText('Nobody has signed yet.').waitFor()

    await press(mine, 'link', 'Sign')
    await tabTo(mine, 'radio', 'Draw')
    await mine.keyboard.press('ArrowRight')
    await write(mine, 'textbox', 'Your name', 'Ada Lovelace')
    await press(mine, 'button', 'Sign document')
    for (const one of [mine, second]) await one.getByText('Signed by Ada Lovelace').first().waitFor()

    await press(mine, 'button', 'Access')
    await write(mine, 'textbox', 'E-mail address', bobAddress)
    await press(mine, 'button', 'Give access')
    await mine.getByRole('combobox', { name: `Role of ${bobAddress}` }).waitFor()
    const row = theirs.getByRole('link', { name: title })
    await row.waitFor()
    await press(mine, 'button', `Remove ${bobAddress}`)
    await mine.getByRole('status').getByText(`${bobAddress} has no access any more.`).waitFor()
    // An open list loses it.
    await row.waitFor({ state: 'detached', timeout: 40_000 })
    await mine.keyboard.press('Escape')
    assert.deepEqual(await accessibilityFaults(mine), [])
    assert.deepEqual([...ada.messages, ...bob.messages], [])
    assert.equal(new URL(mine.url()).origin, origin)
    await Promise.all([ada.close(), bob.close()])
  })
