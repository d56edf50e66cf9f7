/** What every object storage does. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { isProblem } from '../../domain/errors.ts'
import { createUuidV7 } from '../../runtime/ids.ts'
import { within } from '../../testing/deadline.ts'
import { sharedByTests } from '../../testing/test-file.ts'
import { SMALL_BYTES } from './checked-read.ts'
import type { Blobs, Bucket, ListedObject, StoredObject } from './port.ts'

const newId = createUuidV7()
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const plain = { contentType: 'text/plain', maxBytes: 1_000_000 }

async function* chunks(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield part
}

async function read(
  blobs: Blobs,
  bucket: Bucket,
  key: string,
  range?: { start: number; end: number },
): Promise<Buffer> {
  const stream = await blobs.get(bucket, key, range)
  assert.ok(stream, `${bucket}/${key} is there`)
  return buffer(stream)
}

const large = { contentType: 'text/plain', maxBytes: 10_000_000 }

/** An object as its row names it. */
async function stored(blobs: Blobs, bytes: Uint8Array): Promise<StoredObject> {
  const key = `${newId()}/content`
  return { bucket: 'documents', key, ...(await blobs.put('documents', key, bytes, large)) }
}

async function isMissing(blobs: Blobs, bucket: Bucket, key: string): Promise<void> {
  assert.equal(await blobs.get(bucket, key), undefined)
  assert.equal(await blobs.size(bucket, key), undefined)
}

const CONTRACT: Record<string, (blobs: Blobs) => Promise<void>> = {
  async 'gives back what was put, in one piece or in many, with its size and hash'(blobs) {
    const bytes = randomBytes(300_000)
    const [whole, streamed] = [`${newId()}/content`, `${newId()}/content`]
    const info = { size: bytes.length, sha256: sha256(bytes) }
    assert.deepEqual(await blobs.put('documents', whole, bytes, plain), info)
    const parts = chunks(bytes.subarray(0, 1), bytes.subarray(1, 200_000), bytes.subarray(200_000))
    assert.deepEqual(await blobs.put('documents', streamed, parts, plain), info)
    assert.ok((await read(blobs, 'documents', whole)).equals(bytes))
    assert.ok((await read(blobs, 'documents', streamed)).equals(bytes))
    assert.equal(await blobs.size('documents', whole), bytes.length)
  },

  async 'what is prepared is stored, unless it is left to its row'(blobs) {
    for (const size of [100, 300_000]) {
      const bytes = randomBytes(size)
      const key = `${newId()}/content`
      const { row, ...info } = await blobs.prepare('documents', key, chunks(bytes), plain)
      assert.deepEqual(info, { size, sha256: sha256(bytes) })
      if (row === undefined) assert.ok((await read(blobs, 'documents', key)).equals(bytes))
      else assert.deepEqual(row, { bucket: 'documents', key, bytes })
    }
  },

  async 'keeps an empty object'(blobs) {
    const key = `${newId()}/content`
    assert.deepEqual(await blobs.put('documents', key, chunks(), plain), {
      size: 0,
      sha256: sha256(Buffer.alloc(0)),
    })
    assert.equal((await read(blobs, 'documents', key)).length, 0)
  },

  async 'gives the bytes of a range, both ends included'(blobs) {
    const key = `${newId()}/content`
    await blobs.put('documents', key, Buffer.from('0123456789'), plain)
    assert.equal((await read(blobs, 'documents', key, { start: 2, end: 4 })).toString(), '234')
    assert.equal((await read(blobs, 'documents', key, { start: 9, end: 9 })).toString(), '9')
  },

  async 'replaces an object, and deletes it once and for all'(blobs) {
    const key = `${newId()}/signature.png`
    await blobs.put('signatures', key, Buffer.from('old and longer'), plain)
    await blobs.put('signatures', key, Buffer.from('new'), plain)
    assert.equal((await read(blobs, 'signatures', key)).toString(), 'new')
    await blobs.delete('signatures', key)
    await isMissing(blobs, 'signatures', key)
    await blobs.delete('signatures', key)
  },

  async 'keeps buckets and keys apart'(blobs) {
    const id = newId()
    await blobs.put('documents', `${id}/content`, Buffer.from('a'), plain)
    await blobs.put('documents', `${id}/content.txt`, Buffer.from('b'), plain)
    await isMissing(blobs, 'previews', `${id}/content`)
    await isMissing(blobs, 'documents', id)
    assert.equal((await read(blobs, 'documents', `${id}/content`)).toString(), 'a')
  },

  async 'accepts the limit and refuses one byte more, leaving nothing'(blobs) {
    const [fits, exceeds, whole] = [newId(), newId(), newId()]
    const options = { contentType: 'text/plain', maxBytes: 10 }
    await blobs.put('documents', fits, chunks(Buffer.alloc(5), Buffer.alloc(5)), options)
    const tooMuch = (error: unknown): boolean => isProblem(error, 'payload-too-large')
    await assert.rejects(
      blobs.put('documents', exceeds, chunks(Buffer.alloc(5), Buffer.alloc(6)), options),
      tooMuch,
    )
    await assert.rejects(blobs.put('documents', whole, Buffer.alloc(11), options), tooMuch)
    await isMissing(blobs, 'documents', exceeds)
    await isMissing(blobs, 'documents', whole)
  },

  async 'a body that fails leaves nothing, and its error is passed on'(blobs) {
    const key = newId()
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(100_000)
      throw new Error('the client is gone')
    }
    await assert.rejects(blobs.put('documents', key, failing(), plain), /the client is gone/)
    await isMissing(blobs, 'documents', key)
  },

  async 'a failed replacement leaves the old object'(blobs) {
    const key = newId()
    await blobs.put('documents', key, Buffer.from('old'), plain)
    await assert.rejects(blobs.put('documents', key, chunks(Buffer.alloc(9)), { ...plain, maxBytes: 5 }))
    assert.equal((await read(blobs, 'documents', key)).toString(), 'old')
  },

  async 'an abort ends a put whose body stalls, leaving nothing'(blobs) {
    const key = newId()
    const abort = new AbortController()
    async function* stalling(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(1_000)
      abort.abort(new Error('enough'))
      await new Promise(() => {})
    }
    const put = blobs.put('documents', key, stalling(), { ...plain, signal: abort.signal })
    await assert.rejects(within(5_000, 'the aborted put', put), /enough|abort/i)
    await isMissing(blobs, 'documents', key)
  },

  async 'of puts to one key at the same time one is kept whole'(blobs) {
    const key = newId()
    const bodies = Array.from({ length: 8 }, (_, n) => Buffer.alloc(50_000 + n, n))
    await Promise.all(bodies.map((body) => blobs.put('documents', key, chunks(body), plain)))
    const kept = await read(blobs, 'documents', key)
    assert.ok(bodies.some((body) => body.equals(kept)))
  },

  async 'a key cannot lead out of its bucket'(blobs) {
    for (const key of [
      '',
      '/a',
      '../a',
      'a/../../b',
      'a//b',
      'a/',
      '.a',
      'a\0b',
      'a\\b',
      'a,b',
      'é',
      'a'.repeat(2_000),
    ]) {
      await assert.rejects(
        blobs.put('documents', key, Buffer.from('x'), plain),
        /not a key/,
        JSON.stringify(key),
      )
      await assert.rejects(blobs.get('documents', key), /not a key/)
      await assert.rejects(blobs.delete('documents', key), /not a key/)
    }
  },

  async 'opens what is as its row says: whole, in part, small and large'(blobs) {
    for (const size of [0, 1, 300_000, SMALL_BYTES, SMALL_BYTES + 1, 3_000_000]) {
      const object = await stored(blobs, randomBytes(size))
      const bytes = await read(blobs, 'documents', object.key)
      assert.ok((await buffer(await blobs.open(object))).equals(bytes), `${size} bytes`)
      assert.ok((await buffer(await blobs.open({ ...object, sha256: null }))).equals(bytes))
      assert.ok((await blobs.read(object)).equals(bytes))
      if (size < 10) continue
      const range = { start: size - 5, end: size - 2 }
      assert.ok((await buffer(await blobs.open(object, range))).equals(bytes.subarray(-5, -1)))
      assert.ok((await buffer(await blobs.open(object, { start: 0, end: size - 1 }))).equals(bytes))
    }
  },

  async 'an object that is missing, or has another size than its row, is damaged before its first byte'(
    blobs,
  ) {
    const range = { start: 2, end: 7 }
    for (const size of [1_000, SMALL_BYTES + 1_000]) {
      const object = await stored(blobs, randomBytes(size))
      for (const [body, why] of [
        [undefined, /is missing/],
        [randomBytes(0), new RegExp(`0 bytes instead of ${size}`)],
        [randomBytes(size - 1), new RegExp(`${size - 1} bytes instead of ${size}`)],
        [randomBytes(size + 1), new RegExp(`${size + 1} bytes instead of ${size}`)],
      ] as const) {
        if (body) await blobs.put('documents', object.key, body, large)
        else await blobs.delete('documents', object.key)
        const damaged = (error: unknown): boolean =>
          isProblem(error, 'content-damaged') && why.test(error.message)
        await assert.rejects(blobs.open(object), damaged)
        await assert.rejects(blobs.open(object, range), damaged)
        await assert.rejects(blobs.open(object, { start: size - 2, end: size - 1 }), damaged)
        await assert.rejects(blobs.read(object), damaged)
      }
    }
  },

  async 'an altered object is damaged: a small one before its first byte, a large one before its end'(blobs) {
    const damaged = (error: unknown): boolean =>
      isProblem(error, 'content-damaged') && error.message.includes('SHA-256')
    for (const size of [1_000, SMALL_BYTES + 1, 3_000_000]) {
      const bytes = randomBytes(size)
      const object = await stored(blobs, bytes)
      bytes[size >> 1]! ^= 1
      await blobs.put('documents', object.key, bytes, large)
      await assert.rejects(blobs.read(object), damaged)
      if (size <= SMALL_BYTES) {
        await assert.rejects(blobs.open(object), damaged)
        await assert.rejects(blobs.open(object, { start: 0, end: 3 }), damaged)
        continue
      }
      let given = 0
      const reading = async (): Promise<void> => {
        for await (const chunk of await blobs.open(object)) given += (chunk as Buffer).length
      }
      await assert.rejects(reading(), damaged)
      assert.ok(given < size)
    }
  },

  async 'lists every object with its size and time'(blobs) {
    const begun = Date.now()
    const objects = [await stored(blobs, randomBytes(3)), await stored(blobs, randomBytes(5))]
    const listed = new Map<string, ListedObject>()
    for await (const object of blobs.list('documents')) listed.set(object.key, object)
    for (const { key, size } of objects) {
      const found = listed.get(key)!
      assert.equal(found.size, size)
      assert.ok(Math.abs(found.modified.getTime() - begun) < 60_000)
    }
    for await (const { key } of blobs.list('previews')) assert.fail(key)
  },

  async 'check resolves'(blobs) {
    await blobs.check()
  },
}

/** @param open opens one before the first of these tests; it is stopped after the last one */
export function blobsContractSuite(name: string, open: () => Promise<Blobs>): void {
  const blobs = sharedByTests(open)
  for (const [rule, check] of Object.entries(CONTRACT))
    test(`blobs ${name} ${rule}`, async () => check(await blobs()))
}
