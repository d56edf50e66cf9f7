import { type Bucket, BUCKETS } from './port.ts'
import { createS3Client, type S3Client } from './s3-client.ts'
import { codeOf, startError, statusOf } from './s3-errors.ts'
import { findBucket } from './s3-probe.ts'
import { endpointOf, type S3Options } from './s3.ts'
import { writeZip } from '../../runtime/write-zip.ts'

export interface S3AccessOptions extends Omit<S3Options, 'log'> {
  /** @throws Error naming the file that is missing */
  passwordOf(user: string): string
}

/**
 * `documents`, `signatures`: stores, reads and removes the objects of that bucket, the former also pictures of pages. `read`: reads contents. `maintain`:
 * reads and removes all objects.
 */
export type S3Level = 'documents' | 'signatures' | 'read' | 'maintain'

const WRITE = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload']

/**
 * The policy of a level, in the language of AWS. Every user may list: readiness asks for that, and without it the answer
 * for a missing object is AccessDenied (GetObject in AWS's API reference).
 * @param nameOf the full name of a bucket
 */
function s3PolicyOf(level: S3Level, nameOf: (bucket: Bucket) => string): object {
  const allow = (Action: string[], paths: string[]): object => ({
    Effect: 'Allow',
    Action,
    Resource: paths.map((path) => `arn:aws:s3:::${path}`),
  })
  const contentsOf = (bucket: Bucket): string => `${nameOf(bucket)}/*`
  const Statement = [allow(['s3:ListBucket'], BUCKETS.map(nameOf))]
  if (level === 'read') Statement.push(allow(['s3:GetObject'], [contentsOf('documents')]))
  else if (level === 'maintain')
    Statement.push(allow(['s3:GetObject', 's3:DeleteObject'], BUCKETS.map(contentsOf)))
  // The document role draws the pages; `probe-`: the object by which a start finds out what the server supports (s3-probe.ts).
  else if (level === 'documents')
    Statement.push(allow(WRITE, [contentsOf('documents'), contentsOf('previews')]))
  else Statement.push(allow(WRITE, [contentsOf(level), `${nameOf('previews')}/probe-*`]))
  return { Version: '2012-10-17', Statement }
}

/**
 * Creates the buckets, and at MinIO the users with their passwords and policies; it may be repeated. Other servers have
 * other ways, which are left to their operators.
 * @param url of the server, with the superuser's keys in the options; empty for AWS
 * @returns what was done, in words
 * @throws Error with a sentence for the operator
 */
export async function applyS3Access(
  url: string,
  users: ReadonlyMap<string, S3Level>,
  options: S3AccessOptions,
): Promise<string> {
  const { region = 'us-east-1', bucketPrefix = '', accessKey, secretKey, passwordOf } = options
  const endpoint = endpointOf(url)
  if (endpoint === undefined) return 'S3: nothing was changed, since AWS has users and policies in IAM'
  const nameOf = (bucket: Bucket): string => `${bucketPrefix}${bucket}`
  const passwords = new Map([...users.keys()].map((user) => [user, passwordOf(user)]))
  const clientOf = (accessKey?: string, secretKey?: string): S3Client =>
    createS3Client({ endpoint, region, accessKey, secretKey })

  await withClient(clientOf(accessKey, secretKey), async (client) => {
    for (const bucket of BUCKETS) await findBucket(client, nameOf(bucket), endpoint, true)
    await importUsers(client, endpoint, { users, passwords, nameOf })
  })
  // The answer to an import does not say which users it has refused, such as one with a short password.
  for (const [user, password] of passwords) {
    await withClient(clientOf(user, password), (client) => client.findBucket(nameOf('documents'))).catch(
      (error: unknown) => {
        const why = startError(error, endpoint, nameOf('documents')).message
        throw new Error(
          `S3: the user ${user} was not set up with its password (8 characters or more): ${why}`,
          {
            cause: error,
          },
        )
      },
    )
  }
  return `S3: ${users.size} users`
}

async function withClient<T>(client: S3Client, work: (client: S3Client) => Promise<T>): Promise<T> {
  try {
    return await work(client)
  } finally {
    client.stop()
  }
}

interface Users {
  users: ReadonlyMap<string, S3Level>
  passwords: ReadonlyMap<string, string>
  nameOf: (bucket: Bucket) => string
}

/** MinIO's admin API is signed as requests for objects are, and looks like a bucket; this is `mc admin cluster iam import`. */
const ADMIN = { bucket: 'minio', key: 'admin/v3/import-iam', contentType: 'application/zip' }

/** One request replaces policies, passwords and which user has which policy. The others of the server stay. */
async function importUsers(client: S3Client, server: string, { users, passwords, nameOf }: Users) {
  type ValueOf = (user: string, level: S3Level) => [string, unknown]
  const file = (name: string, valueOf: ValueOf) => {
    const values = Object.fromEntries([...users].map(([user, level]) => valueOf(user, level)))
    return { name: `iam-assets/${name}.json`, bytes: Buffer.from(JSON.stringify(values)) }
  }
  const policy = (user: string): string => `docmgr-${user}`
  const archive = writeZip([
    file('policies', (user, level) => [policy(user), s3PolicyOf(level, nameOf)]),
    file('users', (user) => [user, { secretKey: passwords.get(user)!, status: 'enabled' }]),
    file('user_mappings', (user) => [user, { version: 1, policy: policy(user) }]),
  ])
  try {
    await client.put(ADMIN, archive)
  } catch (error) {
    const status = statusOf(error)
    if (status === undefined) throw startError(error, server, ADMIN.bucket)
    if (status === 403)
      throw new Error(`blobs.accessKey: ${server} does not let it manage users: use the superuser's`, {
        cause: error,
      })
    const answer = `${status} ${codeOf(error)}`
    throw new Error(
      `blobs.url: ${server} does not take users as MinIO does (${answer}): give them their policies there`,
      { cause: error },
    )
  }
}
