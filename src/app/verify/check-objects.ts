import type { Blobs } from '../../ports/blobs/port.ts'
import type { CheckContext } from './damage.ts'
import { findUnreferenced } from './find-unreferenced.ts'

/** Every object has a row. @param before objects that were stored later may still get theirs */
export async function checkObjects(blobs: Blobs, before: Date, context: CheckContext): Promise<void> {
  const { pool, retry, report, onProgress } = context
  const found = findUnreferenced({ pool, blobs, retry, olderThan: before }, onProgress)
  for await (const { bucket, key, size } of found) {
    const detail = `no row names this object of ${size} bytes`
    report({ kind: 'object-without-row', subject: `${bucket}/${key}`, detail, repaired: false })
  }
}
