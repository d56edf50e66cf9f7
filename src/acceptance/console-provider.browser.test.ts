/** Logging in to the console at an identity provider on another site, as Chromium keeps and sends cookies. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, test } from 'node:test'
import { accessibilityFaults, keepPicture, openBrowser, openPage } from '../testing/browser.ts'
import { freePorts } from '../testing/free-ports.ts'
import { CLIENT, startIdentityProvider } from '../testing/identity-provider.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { startServiceProcess } from '../testing/service-process.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const LIMIT = { timeout: 120_000 }
const [port] = await freePorts(1)
// The provider is at 127.0.0.1, which is another site.
const origin = `http://localhost:${port}`
const provider = await startIdentityProvider(origin, TEST_FILE)
const data = await newDataFolder()
const service = await startServiceProcess(data, {
  DOCMGR_AUTH_MODE: 'required',
  DOCMGR_AUTH_OIDC_ISSUER: provider.issuer,
  DOCMGR_AUTH_OIDC_NAME: 'Example',
  DOCMGR_AUTH_OIDC_CLIENT_ID: CLIENT.id,
  DOCMGR_AUTH_OIDC_CLIENT_SECRET: CLIENT.secret,
  DOCMGR_HTTP_PUBLIC_URL: origin,
  DOCMGR_LISTEN_HTTP: String(port),
})
const browser = await openBrowser()
after(async () => {
  await browser.close()
  await service.stop()
  await rm(data, { recursive: true, force: true })
})

test('who signs in at the provider comes back to the page, and logs out of both', LIMIT, async () => {
  provider.setPerson('ada-1', { email: 'ada@example.com', email_verified: true, name: 'Ada' })
  const { page, messages, close } = await openPage(browser)
  await page.goto(`${origin}/status`)
  const button = page.getByRole('link', { name: 'Sign in with Example' })
  await button.waitFor()
  assert.deepEqual(await accessibilityFaults(page), [])
  await keepPicture(page, 'login-provider')
  await button.click()
  await page.getByText('ada@example.com').waitFor()
  assert.equal(new URL(page.url()).pathname, '/status')
  await page.goto(`${origin}/`)
  await page.getByRole('heading', { name: 'No documents yet' }).waitFor()
  // The page of the service's state asks for what only administrators may see.
  assert.deepEqual(
    messages.filter((message) => !message.includes('403')),
    [],
  )
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByRole('button', { name: 'Yes, sign me out' }).click()
  await page.getByRole('heading', { name: 'Log in' }).waitFor()
  assert.equal(page.url(), `${origin}/login`)
  await close()
})

test('a login that fails says why, and can begin again', LIMIT, async () => {
  provider.setPerson('eve-1', { email: 'eve@example.com', email_verified: false })
  const { page, close } = await openPage(browser)
  await page.goto(`${origin}/`)
  await page.getByRole('link', { name: 'Sign in with Example' }).click()
  await page.getByRole('alert').filter({ hasText: 'e-mail address is not confirmed' }).waitFor()
  assert.deepEqual(await accessibilityFaults(page), [])
  provider.setPerson('eve-2', { email: 'eve@example.com', email_verified: true })
  // The provider remembers the browser.
  await page.context().clearCookies({ domain: '127.0.0.1' })
  await page.getByRole('link', { name: 'Sign in with Example' }).click()
  await page.getByText('eve@example.com').waitFor()
  assert.equal(new URL(page.url()).pathname, '/')
  await close()
})
