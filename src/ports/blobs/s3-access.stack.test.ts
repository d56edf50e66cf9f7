import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import {
  DeleteBucketCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { usersOf } from '../../config/access.ts'
import { isProblem } from '../../domain/errors.ts'
import { silentLogger } from '../../runtime/logger.ts'
import { stack } from '../../testing/stack.ts'
import { openBlobs } from './open.ts'
import { type Blobs, type Bucket, BUCKETS } from './port.ts'
import { applyS3Access } from './s3-access.ts'
import { codeOf } from './s3-errors.ts'

const MB = 1024 * 1024
const plain = { contentType: 'text/plain', maxBytes: 20 * MB }
const bucketPrefix = `test-${randomBytes(5).toString('hex')}-`
const nameOf = (bucket: Bucket): string => bucketPrefix + bucket
const superuser = { accessKey: stack.s3AccessKey, secretKey: stack.s3SecretKey }
const adminOf = (endpoint: string): S3Client =>
  new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: stack.s3AccessKey, secretAccessKey: stack.s3SecretKey },
  })
const admin = adminOf(stack.s3Endpoint)

/** Names that a deployment would not use. MinIO keeps the users; the next run replaces them. */
const named = (user: string): string => `test-${user}`
const users = new Map([...usersOf('blobs')].map(([user, level]) => [named(user), level]))
const passwordOf = (user: string): string => `password of ${user}`

const apply = (changes: Partial<Parameters<typeof applyS3Access>[2]> = {}): Promise<string> =>
  applyS3Access(stack.s3Endpoint, users, { ...superuser, bucketPrefix, passwordOf, ...changes })

const opened: Blobs[] = []
async function openAs(user: string, password = passwordOf(named(user))): Promise<Blobs> {
  const keys = { accessKey: named(user), secretKey: password }
  const resources = { folder: '/nonexistent', bucketPrefix, log: silentLogger, ...keys }
  const blobs = await openBlobs(`s3:${stack.s3Endpoint}`, resources)
  opened.push(blobs)
  return blobs
}

const keysIn = async (bucket: Bucket): Promise<string[]> => {
  const { Contents = [] } = await admin.send(new ListObjectsV2Command({ Bucket: nameOf(bucket) }))
  return Contents.map(({ Key }) => Key!)
}

const isDenied = (error: unknown): boolean =>
  isProblem(error, 'unavailable') && codeOf(error.cause) === 'AccessDenied'

after(async () => {
  const blobs = await openBlobs(`s3:${stack.s3Endpoint}`, {
    folder: '/nonexistent',
    bucketPrefix,
    log: silentLogger,
    ...superuser,
  })
  opened.push(blobs)
  for (const bucket of BUCKETS) {
    for (const key of await keysIn(bucket)) await blobs.delete(bucket, key)
    await admin.send(new DeleteBucketCommand({ Bucket: nameOf(bucket) }))
  }
  for (const each of opened) await each.stop()
  admin.destroy()
})

test('with the rights of the table each user can do its work at S3, and nothing else', async () => {
  assert.equal(await apply(), 'S3: 4 users')
  const [document, signature, indexer, reindex] = await Promise.all(
    ['document', 'signature', 'indexer', 'reindex'].map((user) => openAs(user)),
  )
  const large = (async function* () {
    for (let n = 0; n < 6; n++) yield Buffer.alloc(MB, n)
  })()
  await document!.put('documents', 'a/content', Buffer.from('small'), { ...plain, fresh: true })
  await document!.put('documents', 'b/content', large, plain)
  await document!.put('documents', 'c/content', Buffer.from('removed'), plain)
  await document!.delete('documents', 'c/content')
  await document!.put('previews', 'a/page-1', Buffer.from('picture'), plain)
  assert.ok(await document!.get('previews', 'a/page-1'))
  await signature!.put('signatures', 'image', Buffer.from('image'), plain)
  for (const blobs of [document, signature, indexer, reindex]) await blobs!.check()
  assert.ok(await indexer!.get('documents', 'a/content'))
  assert.equal(await indexer!.get('documents', 'missing'), undefined)

  const refused: [what: string, work: () => Promise<unknown>][] = [
    ['document stores an image', () => document!.put('signatures', 'x', Buffer.from('x'), plain)],
    ['document reads an image', () => document!.get('signatures', 'image')],
    ['signature reads a content', () => signature!.get('documents', 'a/content')],
    ['signature reads a picture', () => signature!.get('previews', 'a/page-1')],
    ['signature removes a content', () => signature!.delete('documents', 'a/content')],
    ['indexer stores a content', () => indexer!.put('documents', 'x', Buffer.from('x'), plain)],
    ['indexer removes a content', () => indexer!.delete('documents', 'a/content')],
    ['indexer reads an image', () => indexer!.get('signatures', 'image')],
    ['reindex stores a content', () => reindex!.put('documents', 'x', Buffer.from('x'), plain)],
  ]
  for (const [what, work] of refused) await assert.rejects(work(), isDenied, what)

  for (const [bucket, key] of [
    ['documents', 'b/content'],
    ['signatures', 'image'],
    ['previews', 'a/page-1'],
  ] as const) {
    assert.ok(await reindex!.get(bucket, key))
    await reindex!.delete(bucket, key)
  }
  const listed: string[] = []
  for await (const { key } of reindex!.list('documents')) listed.push(key)
  assert.deepEqual(listed, ['a/content'])
  assert.deepEqual(await keysIn('previews'), [], 'a start has left its probe')
})

test('an upload of the document role that fails leaves no parts', async () => {
  await apply()
  const document = await openAs('document')
  const failing = (async function* () {
    for (let n = 0; n < 7; n++) yield Buffer.alloc(MB, n)
    throw new Error('the client is gone')
  })()
  await assert.rejects(document.put('documents', 'failed', failing, plain), /the client is gone/)
  assert.ok(!(await keysIn('documents')).includes('failed'))
  const listing = new ListMultipartUploadsCommand({ Bucket: nameOf('documents') })
  assert.deepEqual((await admin.send(listing)).Uploads ?? [], [])
})

test('a user that may not create a missing bucket says so, and does not create it', async () => {
  await apply()
  const Bucket = nameOf('previews')
  await admin.send(new DeleteBucketCommand({ Bucket }))
  for (const user of ['document', 'indexer'])
    await assert.rejects(
      openAs(user),
      /^Error: blobs\.bucketPrefix: there is no bucket .*-previews at .*, and blobs\.accessKey may not create it: `docmgr access apply`/,
    )
  await assert.rejects(admin.send(new HeadBucketCommand({ Bucket })))
  await apply()
  await (await openAs('document')).check()
})

test('a repetition replaces passwords, and a password that is too short is not taken silently', async () => {
  await apply()
  await apply({ passwordOf: (user) => `newer ${passwordOf(user)}` })
  await assert.rejects(openAs('document'), /^Error: blobs\.secretKey: /)
  await openAs('document', `newer ${passwordOf(named('document'))}`)
  await assert.rejects(
    apply({ passwordOf: () => 'short' }),
    /^Error: S3: the user test-document was not set up with its password/,
  )
})

test('users are made only by a superuser, at a server that takes them', async (t) => {
  await apply()
  const user = named('document')
  await assert.rejects(
    apply({ accessKey: user, secretKey: passwordOf(user) }),
    /^Error: blobs\.accessKey: .* does not let it manage users: use the superuser's/,
  )
  assert.match(await applyS3Access('', users, { passwordOf }), /AWS has users and policies in IAM/)
  const second = adminOf(stack.s3SecondEndpoint)
  t.after(async () => {
    for (const bucket of BUCKETS) await second.send(new DeleteBucketCommand({ Bucket: nameOf(bucket) }))
    second.destroy()
  })
  await assert.rejects(
    applyS3Access(stack.s3SecondEndpoint, users, { ...superuser, bucketPrefix, passwordOf }),
    /^Error: blobs\.url: .* does not take users as MinIO does \(404 NoSuchBucket\)/,
  )
})
