/** For each promise, a history that keeps it and one that breaks it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry, Final, Operation, Result, Seen } from '../history.ts'
import { checkHistory } from './check-history.ts'
import { shrinkHistory } from './shrink-history.ts'

const KEY = 'qaz'
const CREATE: Operation = { name: 'create', title: 'qaz draft', sha256: 'aa', form: 'json', idempotent: true }
const seen = (version: number, title = 'qaz draft', status = 'created'): Seen => ({ version, title, status })

type Line = Entry extends infer One ? (One extends Entry ? Omit<One, 'at' | 'key'> : never) : never

/** An operation and its end. */
function did(operation: Operation, kind: 'ok' | 'fail' | 'unknown' = 'ok', result: Result = {}): Line[] {
  const op = ++operations
  return [
    { kind: 'invoke', op, client: 'c1', operation },
    { kind, op, result },
  ]
}
let operations = 0

const created = (): Line[] => did(CREATE, 'ok', { id: '1', seen: seen(1) })
const patched = (version: number, title: string, kind: 'ok' | 'unknown' = 'ok'): Line[] =>
  did({ name: 'patch', title }, kind, kind === 'ok' ? { id: '1', seen: seen(version, title) } : {})
const signed = (): Line[] => did({ name: 'sign', email: 'a@b.c', image: 'bb' }, 'ok', { signature: 's' })
const message = (version: number, type = 'document.updated'): Line => ({
  kind: 'message',
  subscriber: 's1',
  type,
  seen: seen(version, version === 1 ? undefined : `qaz ${version}`),
})
const came = (version: number): Line[] => [
  { kind: 'connected', subscriber: 's1', resumed: false },
  { kind: 'state', subscriber: 's1', version },
]
const stayed: Line = { kind: 'stayed', subscriber: 's1' }

/** The last reading when all places show the same. */
function read(state: Seen | undefined, more: Partial<Final> = {}): Line {
  const places = state && { listed: state, got: state, found: state, content: 'aa' }
  return { kind: 'final', final: { ids: state ? ['1'] : [], signatures: [], ...places, ...more } }
}

const historyOf = (...lines: (Line | Line[])[]): Entry[] =>
  lines.flat().map((line, index) => ({ at: index, key: KEY, ...line }) as Entry)

const promisesOf = (entries: Entry[]): string[] => [
  ...new Set(checkHistory(entries).map(({ promise }) => promise)),
]

const signature = { id: 's', email: 'a@b.c', image: 'bb' }

test('histories without a fault', () => {
  const good: Entry[][] = [
    historyOf(created(), patched(2, 'qaz 2'), read(seen(2, 'qaz 2'))),
    historyOf(created(), signed(), read(seen(2, 'qaz draft', 'signed'), { signatures: [signature] })),
    historyOf(created(), did({ name: 'delete' }), read(undefined)),
    // What is unknown may have happened or not.
    historyOf(did(CREATE, 'unknown'), read(undefined)),
    historyOf(did(CREATE, 'unknown'), read(seen(1))),
    historyOf(created(), patched(2, 'qaz 2', 'unknown'), read(seen(1))),
    historyOf(created(), patched(2, 'qaz 2', 'unknown'), read(seen(2, 'qaz 2'))),
    historyOf(created(), did({ name: 'delete' }, 'unknown'), read(undefined)),
    historyOf(created(), did({ name: 'delete' }, 'unknown'), read(seen(1))),
    historyOf(created(), came(1), patched(2, 'qaz 2'), message(2), read(seen(2, 'qaz 2')), stayed),
    historyOf(
      [created(), came(1), patched(2, 'qaz 2'), patched(3, 'qaz 3')].flat(),
      { kind: 'reset', subscriber: 's1', reason: 'too old' },
      { kind: 'state', subscriber: 's1', version: 3 },
      read(seen(3, 'qaz 3')),
      stayed,
    ),
    // A subscriber that was away when the document was signed and deleted.
    historyOf(
      [created(), came(1), signed(), did({ name: 'delete' })].flat(),
      { kind: 'state', subscriber: 's1', version: 'gone' },
      read(undefined),
      stayed,
    ),
  ]
  for (const entries of good) assert.deepEqual(checkHistory(entries), [])
})

const BROKEN: [promise: string, what: string, entries: () => Entry[]][] = [
  ['lost', 'a create', () => historyOf(created(), read(undefined))],
  ['lost', 'a change', () => historyOf(created(), patched(2, 'qaz 2'), read(seen(1)))],
  [
    'lost',
    'a title',
    () => historyOf(created(), patched(2, 'qaz 2'), patched(3, 'qaz 3'), read(seen(3, 'qaz 2'))),
  ],
  [
    'lost',
    'one of two changes',
    () => historyOf(created(), patched(2, 'qaz 2'), patched(2, 'qaz 3'), read(seen(2, 'qaz 3'))),
  ],
  ['lost', 'a signature', () => historyOf(created(), signed(), read(seen(2, 'qaz draft', 'signed')))],
  [
    'stale',
    'search',
    () => historyOf(created(), patched(2, 'qaz 2'), read(seen(2, 'qaz 2'), { found: seen(1) })),
  ],
  [
    'stale',
    'the cache',
    () => historyOf(created(), patched(2, 'qaz 2'), read(seen(2, 'qaz 2'), { got: seen(1) })),
  ],
  [
    'stale',
    'the list',
    () => historyOf(created(), patched(2, 'qaz 2'), read(seen(2, 'qaz 2'), { listed: seen(1) })),
  ],
  [
    'stale',
    'not searchable',
    () =>
      historyOf(created(), {
        kind: 'final',
        final: { ids: ['1'], signatures: [], listed: seen(1), got: seen(1), content: 'aa' },
      }),
  ],
  [
    'stale',
    'a read',
    () => historyOf(created(), patched(2, 'qaz 2'), did({ name: 'get' }, 'ok', { seen: seen(1) })),
  ],
  [
    'resurrected',
    'in the search',
    () => historyOf(created(), did({ name: 'delete' }), read(undefined, { found: seen(1) })),
  ],
  [
    'resurrected',
    'in the list',
    () => historyOf(created(), did({ name: 'delete' }), read(undefined, { listed: seen(1) })),
  ],
  [
    'resurrected',
    'after an unknown deletion',
    () => historyOf(created(), did({ name: 'delete' }, 'unknown'), read(undefined, { found: seen(1) })),
  ],
  [
    'resurrected',
    'in a read',
    () => historyOf(created(), did({ name: 'delete' }), did({ name: 'get' }, 'ok', { seen: seen(1) })),
  ],
  [
    'unsigned',
    'a signature',
    () => historyOf(created(), signed(), read(seen(1), { signatures: [signature] })),
  ],
  ['repeated', 'a create', () => historyOf(created(), read(seen(1), { ids: ['1', '2'] }))],
  ['repeated', 'a change', () => historyOf(created(), patched(2, 'qaz 2'), read(seen(3, 'qaz 2')))],
  [
    'repeated',
    'a signature',
    () =>
      historyOf(
        created(),
        signed(),
        read(seen(2, 'qaz draft', 'signed'), { signatures: [signature, { ...signature, id: 't' }] }),
      ),
  ],
  ['repeated', 'a message', () => historyOf(created(), came(1), message(2), message(2))],
  ['out of order', 'messages', () => historyOf(created(), came(1), message(2), message(4), message(3))],
  ['missed', 'the first message', () => historyOf(created(), came(1), message(3))],
  [
    'missed',
    'a message after a resume',
    () =>
      historyOf(
        created(),
        came(1),
        message(2),
        { kind: 'connected', subscriber: 's1', resumed: true },
        message(4),
      ),
  ],
  [
    'missed',
    'the last message',
    () => historyOf(created(), came(1), patched(2, 'qaz 2'), read(seen(2, 'qaz 2')), stayed),
  ],
  [
    'missed',
    'the deletion',
    () => historyOf(created(), came(1), did({ name: 'delete' }), read(undefined), stayed),
  ],
  [
    'missed',
    'a signature',
    () =>
      historyOf(
        created(),
        came(1),
        signed(),
        { ...message(2), seen: seen(2, 'qaz draft', 'signed') } as Line,
        read(seen(2, 'qaz draft', 'signed'), { signatures: [signature] }),
        stayed,
      ),
  ],
  ['damaged', 'the content', () => historyOf(created(), read(seen(1), { content: 'ab' }))],
  [
    'damaged',
    'an image',
    () =>
      historyOf(
        created(),
        signed(),
        read(seen(2, 'qaz draft', 'signed'), { signatures: [{ ...signature, image: 'xx' }] }),
      ),
  ],
]

for (const [promise, what, entries] of BROKEN) {
  test(`${promise}: ${what}`, () => assert.ok(promisesOf(entries()).includes(promise)))
}

test('a fault is shown by the fewest entries', () => {
  const entries = historyOf(
    [created(), came(1), patched(2, 'qaz 2'), message(2), patched(3, 'qaz 3'), patched(4, 'qaz 4')].flat(),
    did({ name: 'get' }, 'ok', { seen: seen(4, 'qaz 4') }),
    message(4),
    read(seen(4, 'qaz 4')),
  )
  const [fault] = checkHistory(entries)
  assert.equal(fault?.promise, 'missed')
  const left = shrinkHistory(entries, fault)
  assert.deepEqual(
    left.map(({ kind }) => kind),
    ['message', 'message'],
  )
})
