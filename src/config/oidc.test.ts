import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from './config-error.ts'
import { loadConfig } from './load-config.ts'

const PROVIDER = {
  DOCMGR_AUTH_MODE: 'required',
  DOCMGR_AUTH_OIDC_ISSUER: 'https://login.example.com',
  DOCMGR_AUTH_OIDC_CLIENT_ID: 'docmgr',
  DOCMGR_HTTP_PUBLIC_URL: 'https://docs.example.com',
}
const load = (env: Record<string, string>) => loadConfig({ cwd: import.meta.dirname, env })

test('an identity provider over https is accepted, and one of this machine over http', async () => {
  await load(PROVIDER)
  await load({
    ...PROVIDER,
    DOCMGR_AUTH_OIDC_CLIENT_ID: '',
    DOCMGR_AUTH_OIDC_AUDIENCE: 'docmgr',
    DOCMGR_HTTP_PUBLIC_URL: '',
  })
  await load({ ...PROVIDER, DOCMGR_AUTH_OIDC_ISSUER: 'http://127.0.0.1:9000/realms/x' })
})

for (const [name, change, key, rule] of [
  [
    'a public URL over plain http, where browsers keep no session',
    { DOCMGR_HTTP_PUBLIC_URL: 'http://docs.example.com' },
    'http.publicUrl',
    /https origin/,
  ],
  [
    'a provider over plain http',
    { DOCMGR_AUTH_OIDC_ISSUER: 'http://login.example.com' },
    'auth.oidc.issuer',
    /must be https/,
  ],
  ['a provider that is no URL', { DOCMGR_AUTH_OIDC_ISSUER: 'login' }, 'auth.oidc.issuer', /https URL/],
  ['a provider for nothing', { DOCMGR_AUTH_OIDC_CLIENT_ID: '' }, 'auth.oidc.clientId', /audience for JWTs/],
  ['a client without a provider', { DOCMGR_AUTH_OIDC_ISSUER: '' }, 'auth.oidc.issuer', /set both/],
  ['a provider in open mode', { DOCMGR_AUTH_MODE: 'open' }, 'auth.mode', /required/],
  [
    'a provider that cannot send people back',
    { DOCMGR_HTTP_PUBLIC_URL: '' },
    'http.publicUrl',
    /sends people back/,
  ],
] as const) {
  test(`refused: ${name}`, async () => {
    await assert.rejects(load({ ...PROVIDER, ...change }), (error) => {
      assert.ok(error instanceof ConfigError)
      assert.equal(error.problems[0]!.key, key)
      assert.match(error.problems[0]!.rule, rule)
      return true
    })
  })
}
