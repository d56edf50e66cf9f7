/** What the table of a document's fields (document-fields.ts) says of each field. */
import type { DocumentStatus } from './document-status.ts'
import type { TextState } from './text-state.ts'

/** TypeScript type of a field's value. Times are ISO 8601 in UTC with `Z`. */
export interface FieldTypes {
  uuid: string
  text: string
  /** hexadecimal SHA-256 */
  sha256: string
  email: string
  mediaType: string
  status: DocumentStatus
  textState: TextState
  boolean: boolean
  /** 32 bits */
  integer: number
  /** 64 bits, below 2^53 in practice */
  bigint: number
  timestamp: string
  /** names of access.ts: `email:ADDRESS` */
  subjects: string[]
}

export type FieldType = keyof FieldTypes

/** How a query parameter selects documents by a field. */
interface FieldFilter {
  /**
   * `equal`: `?name=value`. `caseless`: the same, in any case. `contains`: `?name=part`, in any case. `range`:
   * `?X_from=` (inclusive) and `?X_to=` (exclusive), where X is the field's name without `_at`.
   */
  match: 'equal' | 'caseless' | 'contains' | 'range'
  /** name of the parameter, and of the facet, where it is not that of the field */
  parameter?: string
  /** GET /search and GET /aggregations accept it too, not only GET /documents */
  search: boolean
}

export interface FieldDefinition {
  type: FieldType
  nullable?: true
  /** maximum length in characters (code points) */
  maxChars?: number
  /**
   * `public`: in REST answers, messages and the cache. `event`: only in change events. `text`: there, and as a part of the
   * document's `text` (text-state.ts).
   */
  visibility: 'public' | 'event' | 'text'
  /** for OpenAPI */
  description?: string
  /** for OpenAPI; required of a public field */
  example?: string | number
  /** sent by the client that creates the document */
  input?: true
  /** a change of its value is reported as `document.updated` */
  reportsUpdate?: true
  /**
   * What the search index does with it. `words`: full text and exact value. `keyword`: exact value. `stored`: only
   * returned with a hit. `internal`: exact value, for filters and the indexer, never returned.
   */
  search?: 'words' | 'keyword' | 'stored' | 'internal'
  /** weight of a match in this field; only with `words` */
  weight?: number
  filter?: FieldFilter
  /** GET /aggregations/{name} counts its values */
  facet?: true
  /** field of the gRPC message document.DocumentResponse */
  grpc?: true
}
