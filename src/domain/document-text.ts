import type { Document } from './document-fields.ts'

const BEGIN = '{"id":"'
/** The last field of a document's JSON; no quotation mark within a text can look like this one. */
const VERSION = ',"version":'

/**
 * A document as the JSON that REST answers and the cache keeps. Who only passes it on needs no fields but the version:
 * parsing it, and making the same text again, costs as much as all the rest of a cached read.
 */
export class DocumentText {
  readonly version: number
  #json: string | undefined
  #document: Document | undefined

  private constructor(version: number, json: string | undefined, document: Document | undefined) {
    this.version = version
    this.#json = json
    this.#document = document
  }

  static of(document: Document): DocumentText {
    return new DocumentText(document.version, undefined, document)
  }

  /** Of what a cache has kept: undefined when it is no document. Only its ends are looked at where they are as usual. */
  static from(json: string): DocumentText | undefined {
    if (json.startsWith(BEGIN) && json.endsWith('}')) {
      const at = json.lastIndexOf(VERSION)
      const version = Number(json.slice(at + VERSION.length, -1))
      if (at > 0 && version >= 1) return new DocumentText(version, json, undefined)
    }
    try {
      const document = JSON.parse(json) as Document
      return document.version >= 1 ? new DocumentText(document.version, json, document) : undefined
    } catch {
      return undefined
    }
  }

  get json(): string {
    return (this.#json ??= JSON.stringify(this.#document))
  }

  get document(): Document {
    return (this.#document ??= JSON.parse(this.json) as Document)
  }
}
