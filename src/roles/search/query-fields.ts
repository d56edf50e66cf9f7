/** The filters of several endpoints of this role. */
import type { z } from 'zod'
import { filterShape } from '../../http/document-schemas.ts'
import type { SearchFilters } from '../../ports/search/port.ts'

const DESCRIPTIONS = { created_from: 'not older than this', created_to: 'older than this' }

/** The filters of a search, as parameters beside others. */
export const filterFields = filterShape('search', DESCRIPTIONS) as {
  [Name in keyof SearchFilters]-?: z.ZodType<SearchFilters[Name]>
}
