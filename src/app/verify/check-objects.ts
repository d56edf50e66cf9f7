import type { Bucket, Blobs } from '../../ports/blobs/port.ts'
import type { Check, CheckResources } from './check.ts'
import { findUnreferenced, unreferencedAmong, type UnreferencedObject } from './find-unreferenced.ts'

const subjectOf = ({ bucket, key }: Pick<UnreferencedObject, 'bucket' | 'key'>): string => `${bucket}/${key}`

/** Every object has a row. @param before objects that were stored later may still get theirs */
export function objectCheck(resources: CheckResources, blobs: Blobs, before: Date): Check {
  const { pool } = resources
  return {
    name: 'objects',

    async *pages() {
      let items = 0
      const onChecked = (count: number): void => void (items += count)
      const found = findUnreferenced({ ...resources, blobs, olderThan: before }, onChecked)
      for await (const object of found) {
        yield { subjects: [subjectOf(object)], items }
        items = 0
      }
      yield { subjects: [], items }
    },

    async examine(subjects) {
      const objects = subjects.map((subject) => {
        const slash = subject.indexOf('/')
        return { subject, bucket: subject.slice(0, slash) as Bucket, key: subject.slice(slash + 1) }
      })
      const left = await unreferencedAmong(pool, objects)
      const sizes = await Promise.all(left.map(({ bucket, key }) => blobs.size(bucket, key)))
      return left.flatMap(({ subject }, place) => {
        const size = sizes[place]
        if (size === undefined) return []
        const detail = `no row names this object of ${size} bytes`
        return [{ kind: 'object-without-row', subject, detail }]
      })
    },
  }
}
