import { randomUUID } from 'node:crypto'
import { basename } from 'node:path/posix'
import type { Api } from '../../client/api.ts'
import { type Document, DOCUMENT_FIELDS } from '../../domain/document-fields.ts'
import { contentTypeOf } from '../../extraction/content-type.ts'
import type { FoundFile } from './find-files.ts'
import { readContent, type ReadContent } from './read-content.ts'

const { maxChars: MAX_FILE_NAME } = DOCUMENT_FIELDS.file_name
const { maxChars: MAX_TITLE } = DOCUMENT_FIELDS.title
/** Files that are looked up by one request. Its URL, and the link to its next page, have 80 characters for each. */
const GROUP_FILES = 20

export interface Imported {
  id: string
  /** the document, where it did not exist yet */
  created?: Document
}

export interface Importer {
  /**
   * Called for each of the files once, in their order, without waiting for the end of each.
   * @throws Error with the reason
   */
  importFile(file: FoundFile): Promise<Imported>
}

/** The ids of documents with the same content, by the names of their files. */
type Ids = ReadonlyMap<string, string>

interface Prepared {
  content: ReadContent
  existing: Ids
}

/** Uploads files, except those for which a document with the same path in the folder, content and author exists. */
export function createImporter(api: Api, createdBy: string, files: readonly FoundFile[]): Importer {
  const lookUp = createLookUp(api, createdBy)
  const numberOf = new Map(files.map((file, number) => [file, number]))
  const groups = new Map<number, Promise<Prepared>[]>()

  /** Reads the files of a group, and asks for all of them together which exist. */
  function prepare(number: number): Promise<Prepared>[] {
    const start = number * GROUP_FILES
    const reads = files.slice(start, start + GROUP_FILES).map((file) => readContent(file))
    const looked = Promise.allSettled(reads).then((results) =>
      lookUp(results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.sha256] : []))),
    )
    return reads.map(async (read) => {
      const content = await read
      return { content, existing: (await looked).get(content.sha256)! }
    })
  }

  function prepared(number: number): Promise<Prepared>[] {
    let group = groups.get(number)
    if (group === undefined) {
      groups.set(number, (group = prepare(number)))
      // It may fail before its file is reached.
      for (const one of group) one.catch(() => {})
    }
    return group
  }

  return {
    async importFile(file) {
      const number = numberOf.get(file)!
      const group = Math.floor(number / GROUP_FILES)
      const own = prepared(group)[number % GROUP_FILES]!
      // The next ones are read while these are sent. Contents are kept until then only.
      if (number + GROUP_FILES < files.length) void prepared(group + 1)
      groups.delete(group - 1)
      const { content, existing } = await own
      if (content.size === 0) throw new Error('it is empty')
      const file_name = lastCharacters(file.name, MAX_FILE_NAME)
      const id = existing.get(file_name) ?? existing.get(lastCharacters(file.name, MAX_TITLE))
      if (id !== undefined) return { id }
      const { size, head, open } = content
      const contentType = await contentTypeOf(basename(file.name), head)
      const upload = { file_name, created_by: createdBy, contentType, size, open }
      const created = await api.uploadDocument(upload, `import-${randomUUID()}`)
      return { id: created.id, created }
    },
  }
}

function createLookUp(
  api: Pick<Api, 'listDocuments'>,
  createdBy: string,
): (hashes: readonly string[]) => Promise<Map<string, Ids>> {
  // Many files can have the same content, such as licences: one lookup serves them all.
  const known = new Map<string, Promise<Map<string, Ids>>>()

  async function ask(hashes: readonly string[]): Promise<Map<string, Ids>> {
    const found = new Map(hashes.map((sha256) => [sha256, new Map<string, string>()]))
    for await (const document of api.listDocuments({ content_sha256: [...hashes], created_by: createdBy })) {
      const { id, content_sha256, file_name, title, created_by } = document
      // Before documents had the names of their files, the path was the title.
      if (created_by === createdBy) found.get(content_sha256!)?.set(file_name ?? title, id)
    }
    return found
  }

  return async (all) => {
    const hashes = [...new Set(all)]
    const fresh = hashes.filter((sha256) => !known.has(sha256))
    const asked = fresh.length > 0 ? ask(fresh) : undefined
    for (const sha256 of fresh) known.set(sha256, asked!)
    return new Map(
      await Promise.all(hashes.map(async (one) => [one, (await known.get(one)!).get(one)!] as const)),
    )
  }
}

/** Of a name that is too long the end is kept, because it is more specific. */
function lastCharacters(name: string, limit: number): string {
  const characters = [...name.toWellFormed()]
  return characters.length <= limit ? characters.join('') : `…${characters.slice(1 - limit).join('')}`
}
