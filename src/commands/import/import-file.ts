import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path/posix'
import type { Api } from '../../client/api.ts'
import { type Document, DOCUMENT_FIELDS } from '../../domain/document-fields.ts'
import { contentTypeOf } from '../../extraction/content-type.ts'
import type { FoundFile } from './find-files.ts'
import { readHead } from './read-head.ts'

const { maxChars: MAX_FILE_NAME } = DOCUMENT_FIELDS.file_name
const { maxChars: MAX_TITLE } = DOCUMENT_FIELDS.title

export interface Imported {
  id: string
  /** the document, where it did not exist yet */
  created?: Document
}

export interface Importer {
  /** @throws Error with the reason */
  importFile(file: FoundFile): Promise<Imported>
}

/** Uploads files, except those for which a document with the same path in the folder, content and author exists. */
export function createImporter(api: Api, createdBy: string): Importer {
  // Many files can have the same content, such as licences: one lookup serves them all.
  const known = new Map<string, Promise<Map<string, string>>>()

  const namesWith = async (sha256: string): Promise<Map<string, string>> => {
    const ids = new Map<string, string>()
    for await (const document of api.listDocuments({ content_sha256: sha256, created_by: createdBy })) {
      if (document.content_sha256 === sha256 && document.created_by === createdBy)
        // Before documents had the names of their files, the path was the title.
        ids.set(document.file_name ?? document.title, document.id)
    }
    return ids
  }

  return {
    async importFile({ path, name }) {
      const { sha256, size } = await digest(path)
      if (size === 0) throw new Error('it is empty')
      const file_name = lastCharacters(name, MAX_FILE_NAME)
      if (!known.has(sha256)) known.set(sha256, namesWith(sha256))
      const ids = await known.get(sha256)!
      const existing = ids.get(file_name) ?? ids.get(lastCharacters(name, MAX_TITLE))
      if (existing !== undefined) return { id: existing }
      const contentType = await contentTypeOf(basename(name), await readHead(path))
      const upload = {
        file_name,
        created_by: createdBy,
        contentType,
        size,
        // The HTTP client refuses a body that is longer than `size`, as of a file that has grown.
        open: () => createReadStream(path, { highWaterMark: 256 * 1024 }),
      }
      const created = await api.uploadDocument(upload, `import-${randomUUID()}`)
      return { id: created.id, created }
    },
  }
}

/** Of a name that is too long the end is kept, because it is more specific. */
function lastCharacters(name: string, limit: number): string {
  const characters = [...name.toWellFormed()]
  return characters.length <= limit ? characters.join('') : `…${characters.slice(1 - limit).join('')}`
}

async function digest(path: Buffer): Promise<{ sha256: string; size: number }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    size += chunk.length
  }
  return { sha256: hash.digest('hex'), size }
}
