import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { isProblem } from '../domain/errors.ts'
import { createRequestGuard } from './request-guard.ts'

const settings = { hosts: ['docs.local'], origins: ['https://app.example'] }
const open = createRequestGuard({ mode: 'open', ...settings })
const required = createRequestGuard({ mode: 'required', ...settings })

const HOST: [string, string] = ['Host', 'localhost:8000']

/** A request as node:http makes it. */
function request(method: string, headers: [string, string][], url = '/documents'): IncomingMessage {
  const named = Object.fromEntries(headers.toReversed().map(([name, value]) => [name.toLowerCase(), value]))
  return { method, url, headers: named, rawHeaders: headers.flat() } as unknown as IncomingMessage
}

function codeOf(check: () => void): string {
  try {
    check()
    return 'accepted'
  } catch (error) {
    if (!isProblem(error)) throw error
    return error.code
  }
}

const HOSTS: [host: string, inOpenMode: string][] = [
  ['localhost', 'accepted'],
  ['LOCALHOST:8000', 'accepted'],
  ['127.0.0.1:8000', 'accepted'],
  ['[::1]:8000', 'accepted'],
  ['docs.local:1', 'accepted'],
  ['other.example:8000', 'misdirected-request'],
  ['localhost.other.example', 'misdirected-request'],
  ['127.0.0.1.nip.example', 'misdirected-request'],
  ['0.0.0.0:8000', 'misdirected-request'],
  ['2130706433', 'misdirected-request'],
  ['[::ffff:127.0.0.1]', 'misdirected-request'],
  ['', 'malformed-request'],
  ['localhost:8000@other.example', 'malformed-request'],
  ['localhost, other.example', 'malformed-request'],
  ['localhost:port', 'malformed-request'],
]

for (const [host, expected] of HOSTS) {
  test(`an open service asked as "${host}": ${expected}`, () => {
    for (const method of ['GET', 'POST']) {
      assert.equal(
        codeOf(() => open.check(request(method, [['Host', host]]), false)),
        expected,
      )
    }
    assert.equal(
      codeOf(() => open.checkUpgrade(request('GET', [['Host', host]]))),
      expected,
    )
    assert.equal(
      codeOf(() => open.checkCall({ host, origin: undefined, site: undefined })),
      expected,
    )
  })
}

test('a service that requires tokens has any name, but one of them', () => {
  assert.equal(
    codeOf(() => required.check(request('POST', [['Host', 'docs.example']]), false)),
    'accepted',
  )
  for (const guard of [open, required]) {
    const twice = request('GET', [HOST, ['host', 'other.example']])
    assert.equal(
      codeOf(() => guard.check(twice, false)),
      'malformed-request',
    )
    assert.equal(
      codeOf(() => guard.check(request('GET', []), false)),
      'malformed-request',
    )
  }
})

test('the absolute form of a target has to agree with Host', () => {
  assert.equal(
    codeOf(() => open.check(request('GET', [HOST], 'http://localhost:8000/x'), false)),
    'accepted',
  )
  const other = request('GET', [HOST], 'http://other.example/x')
  assert.equal(
    codeOf(() => open.check(other, false)),
    'malformed-request',
  )
})

const PAGES: [headers: [string, string][], expected: string][] = [
  [[], 'accepted'],
  [[['Origin', 'http://localhost:8000']], 'accepted'],
  [[['Origin', 'https://app.example']], 'accepted'],
  [
    [
      ['Origin', 'https://app.example'],
      ['Sec-Fetch-Site', 'cross-site'],
    ],
    'accepted',
  ],
  [[['Sec-Fetch-Site', 'same-origin']], 'accepted'],
  [[['Sec-Fetch-Site', 'none']], 'accepted'],
  [[['Sec-Fetch-Site', 'same-site']], 'forbidden'],
  [[['Sec-Fetch-Site', 'cross-site']], 'forbidden'],
  [[['Sec-Fetch-Site', 'something-new']], 'forbidden'],
  [[['Origin', 'http://localhost:3000']], 'forbidden'],
  [[['Origin', 'http://other.example']], 'forbidden'],
  [[['Origin', 'http://localhost:8000.other.example']], 'forbidden'],
  [[['Origin', 'null']], 'forbidden'],
  [[['Origin', '']], 'forbidden'],
  [[['Origin', 'file://']], 'forbidden'],
  [
    [
      ['Origin', 'http://other.example'],
      ['Sec-Fetch-Site', 'same-origin'],
    ],
    'forbidden',
  ],
]

for (const [headers, expected] of PAGES) {
  test(`a page with ${JSON.stringify(headers)}: ${expected}`, () => {
    for (const method of ['POST', 'PATCH', 'PUT', 'DELETE'])
      assert.equal(
        codeOf(() => open.check(request(method, [HOST, ...headers]), false)),
        expected,
        method,
      )
    assert.equal(
      codeOf(() => open.check(request('GET', [HOST, ...headers]), true)),
      expected,
      'minting',
    )
    assert.equal(
      codeOf(() => open.check(request('GET', [HOST, ...headers]), false)),
      'accepted',
      'reading',
    )
    assert.equal(
      codeOf(() => required.check(request('POST', [HOST, ...headers]), false)),
      'accepted',
    )
    for (const guard of [open, required])
      assert.equal(
        codeOf(() => guard.checkUpgrade(request('GET', [HOST, ...headers]))),
        expected,
        'WebSocket',
      )
  })
}
