import { queryRows } from '../../db/query.ts'
import { sha256OfTextKey, textKey } from '../../domain/content-key.ts'
import { problemOfKeptText } from '../../extraction/kept-texts.ts'
import type { Blobs } from '../../ports/blobs/port.ts'
import { createSemaphore } from '../../runtime/semaphore.ts'
import { readTextsOf } from '../../db/unreadable-texts.ts'
import { type Check, type CheckResources, type Finding, PAGE_SIZE } from './check.ts'
import { problemOf } from './check-contents.ts'
import { unreferencedAmong } from './find-unreferenced.ts'

/** Texts that are read at the same time. */
const READERS = 4
const BUCKET = 'documents'
const keyOf = (subject: string): string => subject.slice(BUCKET.length + 1)

interface Row {
  id: string
  key: string
  size: number
  sha256: string
  type: string
}

/** What was read of contents is what was kept. Readers take an altered text for none and read the content again. */
export function keptTextCheck(resources: CheckResources, blobs: Blobs): Check {
  const { pool } = resources
  const readers = createSemaphore(READERS)
  return {
    name: 'kept texts',

    async *pages() {
      let subjects: string[] = []
      for await (const { key } of blobs.list(BUCKET)) {
        if (sha256OfTextKey(key) === undefined) continue
        if (subjects.push(`${BUCKET}/${key}`) < PAGE_SIZE) continue
        yield { subjects, items: subjects.length }
        subjects = []
      }
      yield { subjects, items: subjects.length }
    },

    async examine(subjects) {
      const look = async (subject: string): Promise<Finding[]> => {
        const detail = await problemOfKeptText(blobs, keyOf(subject))
        return detail === undefined ? [] : [{ kind: 'text-altered', subject, detail }]
      }
      const found = (await Promise.all(subjects.map((one) => readers.run(() => look(one))))).flat()
      // One without a row is a finding already.
      const objects = found.map(({ subject }) => ({ bucket: BUCKET, key: keyOf(subject) }) as const)
      const stray = new Set((await unreferencedAmong(pool, objects)).map(({ key }) => key))
      return found.filter(({ subject }) => !stray.has(keyOf(subject)))
    },

    /** Without a content that can be read the altered text stays: what the index has of it would be lost. */
    async repair(findings) {
      const failures = new Map<string, string>()
      for (const { subject } of findings) {
        const rows = await documentsWith(pool, keyOf(subject))
        const [first] = rows
        const problem = first && (await problemOf(blobs, { bucket: BUCKET, ...first }))
        if (problem !== undefined) {
          failures.set(subject, problem)
          continue
        }
        // Before the queue: it would be found there again.
        await blobs.delete(BUCKET, keyOf(subject))
        await readTextsOf(
          pool,
          rows.map(({ id }) => id),
        )
      }
      return failures
    },
  }
}

/** The documents whose text is kept under this key. */
async function documentsWith(pool: CheckResources['pool'], key: string): Promise<Row[]> {
  const sha256 = sha256OfTextKey(key)
  const text = `select id, s3_key as key, content_size as size, content_sha256 as sha256, content_type as type
      from documents.documents where content_sha256 = $1 and deleted_at is null and s3_key is not null`
  const rows = await queryRows<Row & Record<string, unknown>>(pool, text, [sha256])
  return rows.filter(({ sha256: of, type }) => textKey(of, type) === key)
}
