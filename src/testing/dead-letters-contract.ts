/** What every store of dead letters does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeEvent } from '../domain/change.ts'
import { createUuidV7 } from '../runtime/ids.ts'
import { type DeadLetter, type DeadLetters, documentOf } from '../ports/changes/delivery/dead-letters.ts'
import type { Undo } from './undoing.ts'

const newId = createUuidV7()

const eventAt = (position: string, key = newId()): ChangeEvent =>
  ({
    topic: 'cdc.documents',
    key,
    position,
    value: { op: 'c', after: { id: key } },
  }) as unknown as ChangeEvent

async function listOf(letters: DeadLetters): Promise<DeadLetter[]> {
  const listed: DeadLetter[] = []
  for await (const letter of letters.list()) listed.push(letter)
  return listed
}

/** @param open gives an empty store, and other instances of the same store, as other processes have them */
export function deadLettersContract(name: string, open: (t: Undo) => Promise<() => DeadLetters>): void {
  void test(`dead letters ${name} are listed once each, with their last error, by every process`, async (t) => {
    const instance = await open(t)
    const [one, other] = [instance(), instance()]
    assert.deepEqual([await one.count(), await listOf(one)], [0, []])
    const event = eventAt('p1')
    await one.add('indexer', event, new Error('first'))
    await one.add('indexer', event, new Error('second'))
    await other.add('indexer', eventAt('p2'), 'text with \0')
    await other.add('ws', event, new Error('third'))
    for (const store of [one, other]) {
      assert.equal(await store.count(), 3)
      const listed = await listOf(store)
      assert.deepEqual(listed.map(({ id }) => id).toSorted(), ['indexer/p1', 'indexer/p2', 'ws/p1'])
      const letter = listed.find(({ id }) => id === 'indexer/p1')!
      assert.match(letter.error, /^Error: second/)
      assert.deepEqual([letter.event, documentOf(letter), letter.consumer], [event, event.key, 'indexer'])
      assert.ok(Math.abs(Date.parse(letter.recordedAt) - Date.now()) < 60_000)
    }
  })

  void test(`dead letters ${name} that are settled are gone, unless they have failed again since`, async (t) => {
    const instance = await open(t)
    const [one, other] = [instance(), instance()]
    const event = eventAt('p1')
    await one.add('indexer', event, new Error('first'))
    await one.add('indexer', eventAt('p2'), new Error('other'))
    const [letter, second] = (await listOf(other)).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    await new Promise((resolve) => setTimeout(resolve, 2))
    await one.add('indexer', event, new Error('again'))
    await other.settle(letter!, 'retried')
    await other.settle(second!, 'dropped')
    for (const store of [one, other]) {
      assert.equal(await store.count(), 1)
      const [left] = await listOf(store)
      assert.match(left!.error, /again/)
    }
    await one.settle((await listOf(one))[0]!, 'retried')
    assert.equal(await other.count(), 0)
    await one.add('indexer', event, new Error('once more'))
    assert.deepEqual([await other.count(), (await listOf(one)).length], [1, 1])
  })

  void test(`dead letters ${name} are listed completely when there are many`, async (t) => {
    const store = (await open(t))()
    const positions = Array.from({ length: 230 }, (_, n) => `p${String(n).padStart(3, '0')}`)
    for (const position of positions) await store.add('indexer', eventAt(position), new Error('bad'))
    assert.equal(await store.count(), positions.length)
    assert.deepEqual(
      (await listOf(store)).map(({ event }) => event!.position),
      positions,
    )
  })
}
