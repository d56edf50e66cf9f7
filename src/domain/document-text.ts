import { isReader, type Reach } from './access.ts'
import { type Document, type KeptDocument, publicDocument } from './document-fields.ts'

const BEGIN = '{"id":"'
/** The last fields of a kept document's JSON; no quotation mark within a text can look like these. */
const READERS = ',"readers":['
const VERSION = ',"version":'

/** Where the readers and the version are in the JSON of a kept document. */
interface Places {
  readers: number
  version: number
}

/**
 * A document as the JSON that the cache keeps, and as the JSON that REST answers, which has no readers. Who only passes it
 * on needs nothing but the version and the readers: parsing it, and making the same text again, costs as much as all the
 * rest of a cached read.
 */
export class DocumentText {
  readonly version: number
  /** with the readers; missing until someone needs it */
  #kept: string | undefined
  #places: Places | undefined
  #json: string | undefined
  #document: KeptDocument | undefined
  #readers: readonly string[] | undefined

  private constructor(version: number, content: { kept?: string; places?: Places; document?: KeptDocument }) {
    this.version = version
    this.#kept = content.kept
    this.#places = content.places
    this.#document = content.document
    this.#readers = content.document?.readers
  }

  static of(document: KeptDocument): DocumentText {
    return new DocumentText(document.version, { document })
  }

  /** Of what a cache has kept: undefined when it is no document. Only its ends are looked at where they are as usual. */
  static from(kept: string): DocumentText | undefined {
    if (kept.startsWith(BEGIN) && kept.endsWith('}')) {
      const places = { version: kept.lastIndexOf(VERSION), readers: kept.lastIndexOf(READERS) }
      const version = Number(kept.slice(places.version + VERSION.length, -1))
      const isUsual =
        places.readers > 0 && places.version > places.readers && kept[places.version - 1] === ']'
      if (isUsual && version >= 1) return new DocumentText(version, { kept, places })
    }
    try {
      const document = JSON.parse(kept) as KeptDocument
      if (!(document.version >= 1) || !Array.isArray(document.readers)) return undefined
      return new DocumentText(document.version, { kept, document })
    } catch {
      return undefined
    }
  }

  /** as REST answers it */
  get json(): string {
    const [kept, places] = [this.#kept, this.#places]
    this.#json ??=
      kept === undefined || places === undefined
        ? JSON.stringify(this.document)
        : kept.slice(0, places.readers) + kept.slice(places.version)
    return this.#json
  }

  get document(): Document {
    return publicDocument(this.kept)
  }

  /** the subjects that have a role in it */
  get readers(): readonly string[] {
    const [kept, places] = [this.#kept, this.#places]
    this.#readers ??=
      kept === undefined || places === undefined
        ? this.kept.readers
        : (JSON.parse(kept.slice(places.readers + READERS.length - 1, places.version)) as string[])
    return this.#readers
  }

  isWithin(reach: Reach): boolean {
    return reach === 'all' || isReader(this.readers, reach)
  }

  get kept(): KeptDocument {
    return (this.#document ??= JSON.parse(this.#kept!) as KeptDocument)
  }
}
