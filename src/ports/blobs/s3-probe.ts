import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { Logger } from '../../runtime/logger.ts'
import type { S3Client } from './s3-client.ts'
import { codeOf, startError, statusOf } from './s3-errors.ts'

/** What the server supports beyond reading and writing. */
export interface S3Abilities {
  /** CRC-32 checksums of what is sent */
  checksums: boolean
  /** If-None-Match: a put that never replaces an object */
  conditionalPut: boolean
}

export interface ProbeOptions {
  client: S3Client
  /** their full names */
  buckets: readonly string[]
  /** names the server in messages */
  server: string
  /** whether missing buckets are created */
  mayCreate: boolean
  log: Logger
}

/**
 * Tests what docmgr needs with an object of its own, and logs in one line what the server supports.
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
      log.info({ server, buckets }, 'object storage is ready; this key may not write to it')
      return { checksums: client.checksums, conditionalPut: false }
    }
    const read = await buffer((await client.get(bucket, object.key, { start: 1, end: 3 })).stream)
    if (read.toString() !== 'rob')
      throw new Error(`blobs.url: ${server} does not support range requests, which docmgr needs`)
    const abilities = {
      checksums: client.checksums,
      conditionalPut: await refusesToReplace(client, object),
    }
    log.info({ server, buckets, created, ...abilities }, 'object storage is ready')
    return abilities
  } catch (error) {
    throw statusOf(error) === undefined && !codeOf(error) ? error : startError(error, server, bucket)
  } finally {
    await client.delete(bucket, object.key).catch(() => {})
  }
}

/** @returns false when it had to be created. @throws Error with a sentence for the operator */
export async function findBucket(
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
    // Another process has created it in the meantime.
    if (/^BucketAlready/.test(codeOf(error))) return false
    if (codeOf(error) !== 'AccessDenied') throw startError(error, server, bucket)
    const why = `there is no bucket ${bucket} at ${server}, and blobs.accessKey may not create it`
    throw new Error(`blobs.bucketPrefix: ${why}: \`docmgr access apply\` does`, { cause: error })
  }
  return false
}

interface Probe {
  bucket: string
  key: string
  contentType: string
}

const BODY = Buffer.from('probe')

/** Tries with checksums first, then without them. */
async function canWrite(client: S3Client, probe: Probe): Promise<boolean> {
  for (;;) {
    try {
      await client.put(probe, BODY)
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
    await client.put({ ...probe, ifNoneMatch: true }, BODY)
    return false
  } catch (error) {
    return statusOf(error) === 412
  }
}
