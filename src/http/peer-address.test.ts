import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressWithoutPort, peerAddress } from './peer-address.ts'

test('an address has one form, and what is no IP address is unknown', () => {
  const forms: Record<string, string> = {
    '203.0.113.7': '203.0.113.7',
    '::ffff:203.0.113.7': '203.0.113.7',
    '::FFFF:cb00:7107': '203.0.113.7',
    '2001:DB8:0:0::1': '2001:db8::1',
    '::1': '::1',
    [`fe80::1%${'z'.repeat(80)}`]: 'fe80::1',
  }
  for (const [text, address] of Object.entries(forms)) assert.equal(peerAddress(text), address)
  for (const text of [
    undefined,
    '',
    'unknown',
    '_hidden',
    '203.0.113',
    '203.0.113.007',
    '::1::',
    '%eth0',
    'a'.repeat(8000),
  ])
    assert.equal(peerAddress(text), 'unknown', text)
})

test('a port after an address is left out', () => {
  const forms: Record<string, string> = {
    '203.0.113.7:40012': '203.0.113.7',
    '203.0.113.7': '203.0.113.7',
    '[2001:db8::1]:443': '2001:db8::1',
    '[2001:db8::1]': '2001:db8::1',
    '2001:db8::1': '2001:db8::1',
    'unix:/run/socket': 'unix:/run/socket',
    unknown: 'unknown',
  }
  for (const [text, address] of Object.entries(forms)) assert.equal(addressWithoutPort(text), address)
})
