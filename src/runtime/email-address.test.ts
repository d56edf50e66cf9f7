import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressForms, isEmailAddress, storedAddress } from './email-address.ts'

const VALID = [
  'ada@example.com',
  'Ada.Lovelace+contracts@Mail.Example.co.uk',
  'u@example.xn--p1ai',
  'u@xn--e1afmkfd.xn--p1ai',
  'a&b@example.com',
  'a/b@example.com',
  "o'neill@example.com",
  "!#$%&'*+-/=?^_`{|}~@example.com",
  'müller@example.de',
  'info@müller.de',
  'почта@пример.рф',
  '用户@例子.广告',
  'δοκιμή@παράδειγμα.ελ',
  'राम@उदाहरण.भारत',
  '1@1.example',
  'a@sub-domain.example.com',
  `${'l'.repeat(64)}@example.com`,
]
const INVALID = [
  '',
  'a',
  'a@',
  '@example.com',
  'a@b',
  'a@localhost',
  'a@b-.com',
  'a@-b.com',
  'a@b..com',
  'a@.com',
  'a@example.com.',
  'a..b@example.com',
  '.a@example.com',
  'a.@example.com',
  'a@b@example.com',
  'a b@example.com',
  'a@exa mple.com',
  'a@exa_mple.com',
  'a@[127.0.0.1]',
  'a@127.0.0.1',
  '"a b"@example.com',
  '"a"@example.com',
  'Ada <ada@example.com>',
  'a,b@example.com',
  'a;b@example.com',
  'a:b@example.com',
  'a(b)@example.com',
  'a\\b@example.com',
  'a@example.c',
  `${'l'.repeat(65)}@example.com`,
  `a@${'d'.repeat(64)}.com`,
  `a@${'d.'.repeat(200)}com`,
  'a\0@example.com',
  'a\n@example.com',
  'a@example.com\r\nBcc: b@example.com',
  'a\u00a0b@example.com',
  'a\u00adb@example.com',
  'a\u200bb@example.com',
  'a\u202eb@example.com',
  'a@exam\u202eple.com',
  'a@exam\u200dple.com',
  'a\u2066b@example.com',
  'a\u3164b@example.com',
  '\ufeffa@example.com',
  'a\ud800@example.com',
]

test('addresses of all scripts and of every atom are accepted', () => {
  for (const address of VALID) assert.equal(isEmailAddress(address), true, address)
})

test('what is no address, or cannot be seen as it is, is refused', () => {
  for (const address of INVALID) assert.equal(isEmailAddress(address), false, JSON.stringify(address))
})

test('punycode is stored as the name that it stands for, and everything else as it is', () => {
  const cases: [sent: string, stored: string][] = [
    ['u@xn--e1afmkfd.xn--p1ai', 'u@пример.рф'],
    [' Info@XN--MLLER-KVA.de ', 'Info@müller.de'],
    ['info@mail.xn--mller-kva.de', 'info@mail.müller.de'],
    ['info@mu\u0308ller.de', 'info@müller.de'],
    ['Info@MÜLLER.de', 'Info@MÜLLER.de'],
    ['Ada@Example.COM', 'Ada@Example.COM'],
    ['xn--mller-kva.de@example.com', 'xn--mller-kva.de@example.com'],
    // Not what any name is encoded as, and no punycode.
    ['a@xn--invalid-.de', 'a@xn--invalid-.de'],
    ['a@xn--a.de', 'a@xn--a.de'],
    ['a@b@xn--p1ai', 'a@b@xn--p1ai'],
    ['xn--p1ai', 'xn--p1ai'],
  ]
  for (const [sent, stored] of cases) {
    assert.equal(storedAddress(sent), stored)
    assert.equal(storedAddress(stored), stored)
  }
})

test('an address is looked for in punycode, too', () => {
  const both = ['u@пример.рф', 'u@xn--e1afmkfd.xn--p1ai']
  for (const form of both) assert.deepEqual(addressForms(form), both)
  for (const form of ['Ada@Example.COM', 'пример.рф', 'nobody', '', 'a@xn--a.de'])
    assert.deepEqual(addressForms(form), [form])
})
