import type { Document } from '../api/client.ts'

export interface ContentProps {
  document: Document
  /** the search that found it */
  q: string | undefined
  /** where the search found something, from 1 */
  page: number | undefined
}
