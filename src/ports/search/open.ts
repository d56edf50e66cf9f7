import { adapterOf } from '../adapters.ts'
import type { SearchIndex } from './port.ts'
import type { SearchResources } from './resources.ts'

/**
 * Opens the search index that the URL names.
 * @throws Error with a sentence for the operator
 */
export async function openSearch(url: string, resources: SearchResources): Promise<SearchIndex> {
  return adapterOf('search', url).open(url, resources)
}
