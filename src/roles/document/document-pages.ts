import { LRUCache } from 'lru-cache'
import type { Document } from '../../domain/document-fields.ts'
import { DomainError, isProblem } from '../../domain/errors.ts'
import { MAX_INPUT_BYTES } from '../../extraction/extract-at-once.ts'
import { isPdf } from '../../extraction/magic-type.ts'
import { imageFormatOf } from '../../extraction/ocr/scan-image.ts'
import { findPage, keepPage } from '../../extraction/pictures/kept-pages.ts'
import type { PageDrawer } from '../../extraction/pictures/page-drawer.ts'
import type { PageInput, PageOutput, PageSize, Scale } from '../../extraction/pictures/page-input.ts'
import type { Blobs } from '../../ports/blobs/port.ts'

export interface PageSizes {
  total: number
  sizes: PageSize[]
}

/** What a document looks like, page by page. Nothing of it counts as a view. */
export interface DocumentPages {
  /** none of a format without pages @throws DomainError page-not-drawable, not-found, content-damaged, unavailable */
  sizes(document: Document): Promise<PageSizes>
  /**
   * A PNG.
   * @param page from 1
   * @throws DomainError page-not-found, page-not-drawable, not-found, content-damaged, unavailable
   */
  picture(document: Document, page: number, scale: Scale): Promise<Buffer>
}

export interface DocumentPagesOptions {
  blobs: Pick<Blobs, 'get' | 'put' | 'read'>
  drawer: Pick<PageDrawer, 'read'>
}

/** What could not be drawn is not tried again at once: a hostile file takes all the time that it may. */
const FAILURES = { max: 1_000, ttl: 60_000 }

export function createDocumentPages(options: DocumentPagesOptions): DocumentPages {
  const readOnce = createReadOnce()

  /** What the storage has under this name, else what is drawn now. */
  function readKept(
    document: Document,
    name: string,
    inputOf: (bytes: Buffer) => PageInput,
    bytesOf: (output: PageOutput) => Buffer,
  ): Promise<Buffer> {
    const content = document.content_sha256 ?? document.id
    return readOnce(`${content}/${name}`, async () => {
      // Rows that other programs wrote have no hash.
      const { content_sha256: sha256 } = document
      const kept = sha256 === null ? undefined : await findPage(options.blobs, sha256, name)
      if (kept !== undefined) return kept
      const drawn = bytesOf(await draw(document, content, inputOf, options))
      if (sha256 !== null) await keepPage(options.blobs, sha256, name, drawn)
      return drawn
    })
  }

  return {
    async sizes(document) {
      try {
        const json = await readKept(
          document,
          'sizes',
          (bytes) => ({ bytes }),
          (output) => {
            if (output.outcome !== 'sizes') throw problemOf(output)
            return Buffer.from(JSON.stringify({ total: output.total, sizes: output.sizes }))
          },
        )
        return JSON.parse(json.toString()) as PageSizes
      } catch (error) {
        if (isProblem(error, 'page-not-found')) return { total: 0, sizes: [] }
        throw error
      }
    },
    picture(document, page, scale) {
      const inputOf = (bytes: Buffer): PageInput => ({ bytes, page, scale })
      return readKept(document, `page-${page}-at-${scale}`, inputOf, (output) => {
        if (output.outcome !== 'picture') throw problemOf(output)
        return Buffer.from(output.png)
      })
    },
  }
}

/** Reads once what several ask for at the same time, and again only later what could not be drawn. */
function createReadOnce() {
  const failures = new LRUCache<string, DomainError>(FAILURES)
  const reading = new Map<string, Promise<Buffer>>()
  return async (key: string, read: () => Promise<Buffer>): Promise<Buffer> => {
    const failure = failures.get(key)
    if (failure !== undefined) throw failure
    const known = reading.get(key)
    if (known !== undefined) return known
    const begun = read().finally(() => reading.delete(key))
    reading.set(key, begun)
    return begun.catch((error: unknown) => {
      if (isProblem(error, 'page-not-found', 'page-not-drawable')) failures.set(key, error)
      throw error
    })
  }
}

function draw(
  document: Document,
  content: string,
  inputOf: (bytes: Buffer) => PageInput,
  { blobs, drawer }: DocumentPagesOptions,
): Promise<PageOutput> {
  const { s3_key: key, content_size: size, content_sha256: sha256 } = document
  if (key === null) throw new DomainError('not-found', 'the document has no content')
  if (size > MAX_INPUT_BYTES) throw notDrawable(`it is larger than ${MAX_INPUT_BYTES} bytes`)
  return drawer.read(content, async () => {
    const bytes = await blobs.read({ bucket: 'documents', key, size, sha256 })
    if (!isPdf(bytes) && imageFormatOf(bytes) === undefined) throw withoutPages(document)
    return inputOf(bytes)
  })
}

const withoutPages = ({ content_type }: Document): DomainError =>
  pageNotFound(`only PDF, PNG, JPEG and TIFF have pages; this is ${content_type}: read its text instead`)

function problemOf(output: PageOutput): DomainError {
  if (output.outcome === 'failed') return notDrawable(output.reason)
  if (output.outcome !== 'beyond') throw new Error(`an answer of the wrong kind, ${output.outcome}`)
  const { total } = output
  return pageNotFound(
    total === 1 ? 'must be 1: the document has one page' : `must be a whole number from 1 to ${total}`,
  )
}

const pageNotFound = (detail: string): DomainError =>
  new DomainError('page-not-found', `path.page: ${detail}`, { errors: [{ field: 'path.page', detail }] })

const notDrawable = (reason: string): DomainError =>
  new DomainError('page-not-drawable', `the page cannot be drawn: ${reason}`)
