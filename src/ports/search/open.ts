import { adapterOf, type SearchResources } from '../adapters.ts'
import type { SearchIndex } from './port.ts'

/**
 * Opens the search index that the URL names.
 * @throws Error with a sentence for the operator
 */
export const openSearch = async (url: string, resources: SearchResources): Promise<SearchIndex> =>
  adapterOf('search', url).open(url, resources)
