import { createHash, randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { Logger } from '../../runtime/logger.ts'
import type { S3Client } from './s3-client.ts'
import { codeOf, startError, statusOf } from './s3-errors.ts'

/** What the server can do beyond reading and writing. */
export interface S3Abilities {
  /** CRC-32 checksums of what is sent */
  checksums: boolean
  /** If-None-Match: a put that replaces nothing */
  conditionalPut: boolean
  /** requests for small objects past the SDK, which are cheaper */
  direct: boolean
}

export interface ProbeOptions {
  client: S3Client
  /** names of all of them */
  buckets: readonly string[]
  /** for the operator: which server */
  server: string
  /** Whether missing buckets are made. */
  mayCreate: boolean
  log: Logger
}

/**
 * Tries out what docmgr needs, on an object of its own, and says in one line of the log what the server can do.
 * @throws Error with a sentence for the operator
 */
export async function probeS3(options: ProbeOptions): Promise<S3Abilities> {
  const { client, buckets, server, mayCreate, log } = options
  const created: string[] = []
  for (const bucket of buckets) {
    if (!(await findBucket(client, bucket, server, mayCreate))) created.push(bucket)
  }
  const bucket = buckets.at(-1)!
  const object = { bucket, key: `probe-${randomBytes(8).toString('hex')}`, contentType: 'text/plain' }
  try {
    if (!(await canWrite(client, object))) {
      log.warn({ server, bucket }, 'object storage: this key may only read')
      return { checksums: client.checksums, conditionalPut: false, direct: client.direct !== undefined }
    }
    const read = await buffer(await client.get(bucket, object.key, { start: 1, end: 3 }))
    if (read.toString() !== 'rob')
      throw new Error(`blobs.url: ${server} does not give ranges of an object, which docmgr needs`)
    const abilities = {
      checksums: client.checksums,
      conditionalPut: await refusesToReplace(client, object),
      direct: await answersDirectly(client, object),
    }
    if (!abilities.direct) client.direct = undefined
    log.info({ server, buckets, created, ...abilities }, 'object storage is ready')
    return abilities
  } catch (error) {
    throw statusOf(error) === undefined && !codeOf(error) ? error : startError(error, server, bucket)
  } finally {
    await client.delete(bucket, object.key).catch(() => {})
  }
}

/** @returns false where it had to be made */
async function findBucket(
  client: S3Client,
  bucket: string,
  server: string,
  mayCreate: boolean,
): Promise<boolean> {
  try {
    await client.findBucket(bucket)
    return true
  } catch (error) {
    if (codeOf(error) !== 'NoSuchBucket' || !mayCreate) throw startError(error, server, bucket)
  }
  try {
    await client.createBucket(bucket)
  } catch (error) {
    // Another process was faster.
    if (!/^BucketAlready/.test(codeOf(error))) throw startError(error, server, bucket)
  }
  return false
}

interface Probe {
  bucket: string
  key: string
  contentType: string
}

const BODY = Buffer.from('probe')
const DIRECT_MS = 8_000

/** Tries with checksums first, then without. */
async function canWrite(client: S3Client, probe: Probe): Promise<boolean> {
  for (;;) {
    try {
      await client.putBytes(probe, BODY)
      return true
    } catch (error) {
      if (codeOf(error) === 'AccessDenied') return false
      if (!client.checksums || statusOf(error) === undefined) throw error
      client.checksums = false
    }
  }
}

async function refusesToReplace(client: S3Client, probe: Probe): Promise<boolean> {
  try {
    await client.putBytes({ ...probe, ifNoneMatch: true }, BODY)
    return false
  } catch (error) {
    return statusOf(error) === 412
  }
}

async function answersDirectly({ direct }: S3Client, probe: Probe): Promise<boolean> {
  if (!direct) return false
  const signal = AbortSignal.timeout(DIRECT_MS)
  const sha256 = createHash('sha256').update(BODY).digest('hex')
  if ((await direct.put({ ...probe, sha256 }, BODY, signal)) !== 'stored') return false
  const read = await direct.get(probe, { start: 0, end: BODY.length - 1 }, signal)
  return read?.equals(BODY) === true
}
