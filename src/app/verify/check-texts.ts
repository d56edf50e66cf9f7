import { queryRows } from '../../db/query.ts'
import type { Blobs, StoredObject } from '../../ports/blobs/port.ts'
import { UNREADABLE_TEXTS, readUnreadableAgain } from '../../db/unreadable-texts.ts'
import { type Check, type CheckResources, type Finding, idsOf, NO_FAILURES, pagesOfIds } from './check.ts'
import { problemOf } from './check-contents.ts'

type Row = { id: string; key: string; size: number; sha256: string | null }

/** Texts that could not be read because of their content, which is well again. */
export function textCheck(resources: CheckResources, blobs: Blobs): Check {
  const { pool } = resources
  return {
    name: 'texts',
    pages: () => pagesOfIds(resources, idsOf('documents.documents', UNREADABLE_TEXTS)),
    async examine(ids) {
      const text = `select id, s3_key as key, content_size as size, content_sha256 as sha256
        from documents.documents where ${UNREADABLE_TEXTS} and id = any($1::uuid[])`
      const findings: Finding[] = []
      for (const { id: subject, ...object } of await queryRows<Row>(pool, text, [ids])) {
        const content: StoredObject = { bucket: 'documents', ...object }
        if ((await problemOf(blobs, content)) !== undefined) continue
        findings.push({
          kind: 'text-unread',
          subject,
          detail: 'its content could not be read, and can be now',
        })
      }
      return findings
    },
    async repair(findings) {
      await readUnreadableAgain(
        pool,
        findings.map(({ subject }) => subject),
      )
      return NO_FAILURES
    },
  }
}
