import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import { stack } from './stack.ts'

/** Runs `work` with a client of the stack's first S3 server. */
async function withS3<T>(work: (client: S3Client) => Promise<T>): Promise<T> {
  const client = new S3Client({
    endpoint: stack.s3Endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: stack.s3AccessKey, secretAccessKey: stack.s3SecretKey },
  })
  try {
    return await work(client)
  } finally {
    client.destroy()
  }
}

export function makeBuckets(names: readonly string[]): Promise<void> {
  return withS3(async (client) => {
    for (const Bucket of names) await client.send(new CreateBucketCommand({ Bucket }))
  })
}

/** Removes buckets with their objects. */
export function removeBuckets(names: readonly string[]): Promise<void> {
  return withS3(async (client) => {
    for (const Bucket of names) {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
        const Objects = Contents.map(({ Key }) => ({ Key }))
        if (Objects.length > 0) await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
      }
      await client.send(new DeleteBucketCommand({ Bucket }))
    }
  })
}

/** Copies all objects of a bucket into another one, as `mc mirror` does. */
export function copyBucket(from: string, to: string): Promise<void> {
  return withS3(async (client) => {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: from }))
      for (const { Key } of Contents)
        await client.send(new CopyObjectCommand({ Bucket: to, Key, CopySource: `${from}/${Key}` }))
  })
}
