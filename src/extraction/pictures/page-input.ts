/** What is asked of the pages of a content, a PDF or an image. */
export type PageInput = { bytes: Uint8Array } & ({ page: number; scale: Scale } | { page?: never })

/** Pixels for each point of a page, of which an inch has 72. An image has as many as a page of A4. */
export type Scale = 1 | 2 | 3

/** Of a picture at scale 1, in pixels. */
export interface PageSize {
  width: number
  height: number
}

/** What a process answers. */
export type PageOutput =
  | { outcome: 'picture'; png: Uint8Array }
  /** `sizes` of the first LISTED_PAGES pages */
  | { outcome: 'sizes'; total: number; sizes: PageSize[] }
  /** the content has fewer pages */
  | { outcome: 'beyond'; total: number }
  | { outcome: 'failed'; reason: string }

/** Pages of which there are sizes. */
export const LISTED_PAGES = 1_000
