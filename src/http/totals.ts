import { z } from 'zod'

/** What database and index say of their documents, so that the two can be compared. */
export const totalsSchema = z
  .object({
    documents: z.int().describe('that have a content and are not deleted'),
    versions: z.int().describe('the sum of their versions'),
  })
  .meta({ id: 'Totals' })

export const TOTALS_DESCRIPTION =
  'The index has documents of the database, each in its present version or an older one: so both have the same where ' +
  '`GET /totals` and `GET /search/totals` answer the same numbers. A change is in the index a moment later. ' +
  '`docmgr reindex --check` compares document by document.'

export const totalsResponse = (json: z.output<typeof totalsSchema>) => ({
  status: 200 as const,
  json,
})
