import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGroupName, isReader, MAX_GROUP_NAME, reachOf, rolesFor, subjectsOf } from './access.ts'
import { type Principal, SIGNATURE_ROLE, type User } from './request.ts'

const ADA: User = { kind: 'user', id: 'u1', email: 'Ada@Example.com', admin: false }

test('each role may do what the one before it may', () => {
  assert.deepEqual(rolesFor('read'), ['reader', 'editor', 'owner'])
  assert.deepEqual(rolesFor('change'), ['editor', 'owner'])
  assert.deepEqual(rolesFor('share'), ['owner'])
})

test('a user is known by the address, a session by its person, a key by itself', () => {
  assert.deepEqual(subjectsOf(ADA), ['email:ada@example.com'])
  assert.deepEqual(subjectsOf({ ...ADA, session: 'c0' }), ['email:ada@example.com', 'person:u1'])
  assert.deepEqual(subjectsOf({ ...ADA, id: 'key:a1', scopes: ['read'] }), [
    'email:ada@example.com',
    'key:a1',
  ])
  assert.deepEqual(subjectsOf({ ...ADA, groups: ['Legal', 'ops'] }), [
    'email:ada@example.com',
    'group:Legal',
    'group:ops',
  ])
  assert.deepEqual(subjectsOf({ kind: 'anonymous' }), [])
})

test('the name of a group is printable', () => {
  for (const name of ['a', 'Legal, Köln', '/admins', '法務', 'x'.repeat(MAX_GROUP_NAME)])
    assert.equal(isGroupName(name), true, name)
  for (const name of ['', ' a', 'a ', 'a\u0000b', 'a\nb', 'x'.repeat(MAX_GROUP_NAME + 1)])
    assert.equal(isGroupName(name), false, JSON.stringify(name))
})

test('administrators reach everything, auditors read everything', () => {
  const reaches = (principal: Principal) =>
    (['read', 'change', 'share'] as const).map((action) => reachOf(principal, action, 'required'))
  const own = ['email:ada@example.com']
  assert.deepEqual(reaches(ADA), [own, own, own])
  assert.deepEqual(reaches({ ...ADA, admin: true }), ['all', 'all', 'all'])
  assert.deepEqual(reaches({ ...ADA, auditor: true }), ['all', own, own])
  assert.deepEqual(reaches(SIGNATURE_ROLE), ['all', 'all', 'all'])
  assert.deepEqual(reaches({ kind: 'anonymous' }), [[], [], []])
})

test('everybody reaches everything where authentication is open', () => {
  assert.equal(reachOf({ kind: 'anonymous' }, 'share', 'open'), 'all')
  assert.equal(reachOf(ADA, 'share', 'open'), 'all')
})

test('a reader is who has one of the subjects of the document', () => {
  assert.equal(isReader(['email:ada@example.com', 'email:bob@example.com'], subjectsOf(ADA)), true)
  assert.equal(isReader(['email:bob@example.com'], subjectsOf(ADA)), false)
  assert.equal(isReader([], 'all'), true)
  assert.equal(isReader([], []), false)
})
