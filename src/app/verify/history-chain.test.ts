import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { KeptEntry, Salted } from '../../domain/history.ts'
import { createRandom, type Random } from '../../runtime/seeded-random.ts'
import { type Chain, faultsOfChain, faultsOfValues } from './history-chain.ts'

const CASES = 300
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

interface MadeChain extends Chain {
  head: { entries: number; sha256: string }
  entries: KeptEntry[]
}

function makeChain(length: number): MadeChain {
  const document_id = randomUUID()
  const entries: KeptEntry[] = []
  for (let number = 1; number <= length; number++) {
    const actor: Salted = [randomUUID(), `email:someone-${number}@example.com`]
    const previous = entries.at(-1)?.sha256
    const personal = { actor: sha256(JSON.stringify(actor)) }
    const about = { by: 'person', details: {}, document_id, number, personal, previous }
    const entry = JSON.stringify({ action: 'document.changed', at: '2026-03-01T09:30:00.123456Z', ...about })
    entries.push({ number, entry, sha256: sha256(entry), salted: { actor } })
  }
  return { document_id, head: { entries: length, sha256: entries.at(-1)!.sha256 }, entries }
}

/** Does one thing to a chain. @returns the entries that must be named */
type Damage = (chain: MadeChain, random: Random) => number[]

const anyOf = ({ entries }: MadeChain, random: Random): KeptEntry => random.pick(entries)

const CHAIN_DAMAGES: Record<string, Damage> = {
  'an entry is altered'(chain, random) {
    const one = anyOf(chain, random)
    const place = random.whole(0, one.entry.length - 1)
    const other = one.entry[place] === 'x' ? 'y' : 'x'
    one.entry = one.entry.slice(0, place) + other + one.entry.slice(place + 1)
    return [one.number]
  },
  'an entry is altered with its SHA-256'(chain, random) {
    const one = anyOf(chain, random)
    one.entry = one.entry.replace('"person"', '"key"')
    one.sha256 = sha256(one.entry)
    return [one.number]
  },
  'an entry is removed'(chain, random) {
    const { number } = anyOf(chain, random)
    chain.entries = chain.entries.filter((one) => one.number !== number)
    return [number]
  },
  'an entry is removed, and those behind it are moved up'(chain, random) {
    const { number } = anyOf(chain, random)
    const kept = chain.entries.filter((one) => one.number !== number)
    chain.entries = kept.map((one, place) => ({ ...one, number: place + 1 }))
    return [number]
  },
  'two entries are exchanged'(chain, random) {
    const [one, other] = random.sample(chain.entries, 2)
    const numbers = [one!.number, other!.number]
    ;[one!.number, other!.number] = [other!.number, one!.number]
    chain.entries.sort((a, b) => a.number - b.number)
    return numbers
  },
  'the end is cut off'(chain, random) {
    const length = chain.entries.length
    const left = random.whole(0, length - 1)
    chain.entries = chain.entries.slice(0, left)
    return [left + 1]
  },
  'the end is lost'(chain) {
    Object.assign(chain, { head: null })
    return [chain.entries.length + 1]
  },
  'the end is that of an earlier state'(chain, random) {
    const { number, sha256 } = random.pick(chain.entries.slice(0, -1))
    chain.head = { entries: number, sha256 }
    return [chain.entries.length]
  },
  'an entry is appended'(chain) {
    const last = chain.entries.at(-1)!
    const number = last.number + 1
    const entry = JSON.stringify({ ...(JSON.parse(last.entry) as object), number, previous: last.sha256 })
    chain.entries.push({ number, entry, sha256: sha256(entry), salted: null })
    return [number]
  },
  'an entry is that of another document'(chain, random) {
    const other = makeChain(chain.entries.length)
    const { number } = anyOf(chain, random)
    chain.entries[number - 1] = other.entries[number - 1]!
    return [number]
  },
}

const VALUE_DAMAGES: Record<string, Damage> = {
  'a value is altered'(chain, random) {
    const one = anyOf(chain, random)
    one.salted!['actor']![1] = 'email:someone-else@example.com'
    return [one.number]
  },
  'a value is removed'(chain, random) {
    const one = anyOf(chain, random)
    one.salted = random.pick([{}, null])
    return [one.number]
  },
  'a value is added'(chain, random) {
    const one = anyOf(chain, random)
    one.salted!['signer_name'] = [randomUUID(), 'Bob']
    return [one.number]
  },
}

const lengthOf = (random: Random): number => random.whole(2, 12)

for (const [damages, faultsOf, others] of [
  [CHAIN_DAMAGES, faultsOfChain, undefined],
  [VALUE_DAMAGES, faultsOfValues, faultsOfChain],
] as const)
  for (const [name, damage] of Object.entries(damages))
    test(`${name}: the entry is named`, () => {
      for (let seed = 1; seed <= CASES; seed++) {
        const random = createRandom(seed)
        const chain = makeChain(lengthOf(random))
        assert.deepEqual([faultsOfChain(chain), faultsOfValues(chain)], [[], []])
        const expected = damage(chain, random)
        const named = new Set(faultsOf(chain).map(({ number }) => number))
        assert.ok(
          expected.every((number) => named.has(number)),
          `seed ${seed}: ${JSON.stringify({ expected, named: [...named] })}`,
        )
        if (others) assert.deepEqual(others(chain), [])
      }
    })

test('a value may be missing where a later entry says that it was erased', () => {
  const chain = makeChain(3)
  const last = chain.entries[2]!
  const parsed = JSON.parse(last.entry) as object
  last.entry = JSON.stringify({ ...parsed, action: 'history.erased', details: { values: ['1 actor'] } })
  last.sha256 = chain.head.sha256 = sha256(last.entry)
  chain.entries[0]!.salted = null
  assert.deepEqual([faultsOfChain(chain), faultsOfValues(chain)], [[], []])
  chain.entries[1]!.salted = {}
  assert.deepEqual(faultsOfValues(chain), [{ number: 2, detail: 'lacks its actor, which nobody erased' }])
})

test('a document without a history, and what is left of one, are named', () => {
  const { document_id, head } = makeChain(2)
  assert.deepEqual(faultsOfChain({ document_id, head: null, entries: [] }), [
    { number: 1, detail: 'is missing: there is no history' },
  ])
  assert.deepEqual(faultsOfChain({ document_id, head, entries: [] }), [
    { number: 1, detail: 'is missing, as are all up to 2' },
  ])
})
