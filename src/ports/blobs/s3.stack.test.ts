import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import { isProblem } from '../../domain/errors.ts'
import { createLogger, type Logger, silentLogger } from '../../runtime/logger.ts'
import { eventually, within } from '../../testing/deadline.ts'
import { stack } from '../../testing/stack.ts'
import { openProxy } from '../../testing/toxiproxy.ts'
import { blobsContractSuite } from './contract-suite.ts'
import { openBlobs } from './open.ts'
import { type Blobs, BUCKETS } from './port.ts'

const SERVERS = [
  ['the first server', stack.s3Endpoint],
  ['the second server', stack.s3SecondEndpoint],
] as const
const MB = 1024 * 1024
const plain = { contentType: 'text/plain', maxBytes: 200 * MB }
const unavailable = (error: unknown): boolean => isProblem(error, 'unavailable')

const bucketPrefix = `test-${randomBytes(5).toString('hex')}-`
const admins = new Map<string, S3Client>(
  SERVERS.map(([, endpoint]) => [
    endpoint,
    new S3Client({
      endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: stack.s3AccessKey, secretAccessKey: stack.s3SecretKey },
    }),
  ]),
)
after(async () => {
  for (const client of admins.values()) {
    for (const Bucket of BUCKETS.map((bucket) => bucketPrefix + bucket)) await removeBucket(client, Bucket)
    client.destroy()
  }
})

async function removeBucket(client: S3Client, Bucket: string): Promise<void> {
  const there = await client.send(new HeadBucketCommand({ Bucket })).then(
    () => true,
    () => false,
  )
  if (!there) return
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket }))
    for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket, Key }))
  await client.send(new DeleteBucketCommand({ Bucket }))
}

interface Changes {
  bucketPrefix?: string
  accessKey?: string
  secretKey?: string
  log?: Logger
}

function open(endpoint: string, changes: Changes = {}): Promise<Blobs> {
  return openBlobs(`s3:${endpoint}`, {
    folder: '/nonexistent',
    region: 'us-east-1',
    bucketPrefix,
    accessKey: stack.s3AccessKey,
    secretKey: stack.s3SecretKey,
    log: silentLogger,
    ...changes,
  })
}

const keysIn = async (endpoint: string): Promise<string[]> => {
  const keys: string[] = []
  const pages = paginateListObjectsV2(
    { client: admins.get(endpoint)! },
    { Bucket: `${bucketPrefix}documents` },
  )
  for await (const { Contents = [] } of pages) keys.push(...Contents.map(({ Key }) => Key!))
  return keys
}
const uploadsIn = async (endpoint: string): Promise<unknown[]> => {
  const command = new ListMultipartUploadsCommand({ Bucket: `${bucketPrefix}documents` })
  return (await admins.get(endpoint)!.send(command)).Uploads ?? []
}
const newKey = (): string => `${randomBytes(8).toString('hex')}/content`

async function* megabytes(count: number, each?: (n: number) => void): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < count; n++) {
    each?.(n)
    yield Buffer.alloc(MB, n)
  }
}

for (const [name, endpoint] of SERVERS) {
  blobsContractSuite(`s3: on ${name},`, () => open(endpoint))

  test(`s3: on ${name}: a large body is streamed in parts, with bounded memory, and read back with backpressure`, async () => {
    const blobs = await open(endpoint)
    const key = newKey()
    await blobs.put('documents', key, megabytes(20), plain)
    const before = process.memoryUsage()
    let peak = 0
    const { size } = await blobs.put(
      'documents',
      key,
      megabytes(100, () => {
        const { external, arrayBuffers } = process.memoryUsage()
        peak = Math.max(peak, external - before.external, arrayBuffers - before.arrayBuffers)
      }),
      plain,
    )
    assert.equal(size, 100 * MB)
    assert.equal(await blobs.size('documents', key), 100 * MB)
    assert.ok(peak < 64 * MB, `${peak / MB} MB`)
    const stream = (await blobs.get('documents', key))!
    let read = 0
    for await (const chunk of stream) {
      const bytes = chunk as Buffer
      assert.equal(bytes[0], Math.floor(read / MB) % 256)
      read += bytes.length
    }
    assert.equal(read, 100 * MB)
    await blobs.delete('documents', key)
    await blobs.stop()
  })

  test(`s3: on ${name}: an upload in parts that fails, is too large or is aborted leaves nothing at all`, async () => {
    const blobs = await open(endpoint)
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* megabytes(12)
      throw new Error('the client is gone')
    }
    const abort = new AbortController()
    async function* stalling(): AsyncGenerator<Uint8Array> {
      yield* megabytes(12)
      setImmediate(() => abort.abort(new Error('enough')))
      await new Promise(() => {})
    }
    const keys = [newKey(), newKey(), newKey()] as const
    await assert.rejects(blobs.put('documents', keys[0], failing(), plain), /the client is gone/)
    const limited = { ...plain, maxBytes: 12 * MB }
    await assert.rejects(blobs.put('documents', keys[1], megabytes(13), limited), (error) =>
      isProblem(error, 'payload-too-large'),
    )
    const aborted = blobs.put('documents', keys[2], stalling(), { ...plain, signal: abort.signal })
    await assert.rejects(within(30_000, 'the aborted put', aborted), /enough/)
    assert.deepEqual(await uploadsIn(endpoint), [])
    const present = await keysIn(endpoint)
    for (const key of keys) assert.ok(!present.includes(key))
    await blobs.stop()
  })

  test(`s3: on ${name}: a put under a fresh key does not replace another object`, async () => {
    const blobs = await open(endpoint)
    const [small, large] = [newKey(), newKey()]
    for (const key of [small, large]) await blobs.put('documents', key, Buffer.from('first'), plain)
    const fresh = { ...plain, fresh: true }
    await assert.rejects(blobs.put('documents', small, Buffer.from('second'), fresh), unavailable)
    await assert.rejects(blobs.put('documents', large, megabytes(6), fresh), unavailable)
    for (const key of [small, large]) assert.equal(await blobs.size('documents', key), 5)
    assert.deepEqual(await uploadsIn(endpoint), [])
    await blobs.put('documents', newKey(), megabytes(6), fresh)
    await blobs.stop()
  })

  test(`s3: on ${name}: the start logs in one line what the server supports, and leaves nothing behind`, async () => {
    const lines: Record<string, unknown>[] = []
    const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>)
    const blobs = await open(endpoint, { log: createLogger({ level: 'info', destination: { write } }) })
    assert.equal(lines.length, 1)
    const { msg, server, checksums, conditionalPut } = lines[0]!
    assert.deepEqual(
      { msg, server, checksums, conditionalPut },
      { msg: 'object storage is ready', server: endpoint, checksums: true, conditionalPut: true },
    )
    const rest = await admins
      .get(endpoint)!
      .send(new HeadBucketCommand({ Bucket: `${bucketPrefix}previews` }))
    assert.equal(rest.$metadata.httpStatusCode, 200)
    assert.deepEqual(
      (await keysIn(endpoint)).filter((key) => key.startsWith('probe')),
      [],
    )
    await blobs.stop()
  })

  test(`s3: on ${name}: wrong credentials are refused with the name of the setting to change`, async () => {
    await assert.rejects(open(endpoint, { accessKey: 'nobody' }), /^Error: blobs\.accessKey: .*does not know/)
    await assert.rejects(open(endpoint, { secretKey: 'not-the-secret' }), /^Error: blobs\.secretKey: /)
    const bad = open(endpoint, { bucketPrefix: '-' })
    await assert.rejects(bad, /^Error: blobs\.(bucketPrefix|url): .*-documents|^Error: blobs\.url: .*bucket/i)
  })
}

test('a missing bucket is unavailable, not a missing object', async () => {
  const own = `gone-${randomBytes(5).toString('hex')}-`
  const blobs = await open(stack.s3Endpoint, { bucketPrefix: own })
  for (const bucket of BUCKETS) await removeBucket(admins.get(stack.s3Endpoint)!, own + bucket)
  await assert.rejects(blobs.get('documents', newKey()), unavailable)
  await assert.rejects(blobs.put('documents', newKey(), Buffer.from('x'), plain), unavailable)
  await assert.rejects(blobs.check(), unavailable)
  await blobs.stop()
})

test('a server that refuses connections or does not answer is unavailable within the deadline', async (t) => {
  const { hostname, port } = new URL(stack.s3Endpoint)
  const proxy = await openProxy(t, `${hostname}:${port}`)
  const blobs = await open(`http://${proxy.host}:${proxy.port}`)
  const key = newKey()
  await blobs.put('documents', key, Buffer.from('kept'), plain)
  const attempts = (): Promise<unknown>[] => [
    blobs.get('documents', key),
    blobs.size('documents', key),
    blobs.delete('documents', newKey()),
    blobs.check(),
  ]
  await proxy.cut()
  const puts = [Buffer.from('x'), megabytes(6)].map((body) => blobs.put('documents', newKey(), body, plain))
  const refused = [...attempts(), ...puts]
  await Promise.all(
    refused.map((attempt) => assert.rejects(within(30_000, 'an answer', attempt), unavailable)),
  )
  await proxy.restore()
  assert.equal(await blobs.size('documents', key), 4)

  await proxy.swallow()
  await Promise.all(
    attempts().map((attempt) => assert.rejects(within(30_000, 'an answer', attempt), unavailable)),
  )
  await proxy.calm()
  await eventually('the server', () => blobs.size('documents', key).catch(() => false))
  await blobs.stop()
})

test('a put under a fresh key whose answer is lost succeeds, and the object is stored once', async (t) => {
  const { hostname, port } = new URL(stack.s3Endpoint)
  let loses = false
  const relay = createServer((client) => {
    const server = connect(Number(port), hostname)
    client.pipe(server)
    server.on('data', (answer) => {
      if (!loses) return void client.write(answer)
      loses = false
      client.destroy()
    })
    client.on('error', () => {}).on('close', () => server.destroy())
    server.on('error', () => {}).on('close', () => client.destroy())
  }).listen(0, '127.0.0.1')
  t.after(() => relay.close())
  await once(relay, 'listening')
  const blobs = await open(`http://127.0.0.1:${(relay.address() as AddressInfo).port}`)
  const key = newKey()
  loses = true
  await blobs.put('documents', key, Buffer.from('once'), { ...plain, fresh: true })
  assert.equal(loses, false)
  assert.equal(await blobs.size('documents', key), 4)
  await blobs.stop()
})

test('a connection lost while a content is read is an error, not a short content', async (t) => {
  const { hostname, port } = new URL(stack.s3Endpoint)
  const proxy = await openProxy(t, `${hostname}:${port}`)
  const blobs = await open(`http://${proxy.host}:${proxy.port}`)
  const key = newKey()
  await blobs.put('documents', key, megabytes(30), plain)
  const stream = (await blobs.get('documents', key))!
  const reading = (async () => {
    for await (const _ of stream) await proxy.cut()
  })()
  await assert.rejects(within(30_000, 'the end', reading))
  await proxy.restore()
  await blobs.stop()
})

test('an address without a server, and a malformed address, are refused with a sentence', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await delay(0)
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  await assert.rejects(
    within(30_000, 'the refusal', open(`http://127.0.0.1:${port}`)),
    /blobs\.url: http:\/\/127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/,
  )
  for (const url of ['//bucket', 'http://host/bucket', 'ftp://host', 'http://user:password@host'])
    await assert.rejects(open(url), /blobs\.url: must be s3: for AWS/, url)
})
