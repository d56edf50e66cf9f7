import { textKey } from '../../domain/content-key.ts'
import { eventually } from '../deadline.ts'
import { pdf } from '../sample-files.ts'
import type { DamageTarget } from './target.ts'

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkM9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const PARALLEL = 12
/** For about a thousand documents on a busy machine. */
const LIMIT_MS = 300_000

export interface Signed {
  /** of the document */
  id: string
  signature: string
}

/** What a populated service has. Each is used for one damage. */
export interface Population {
  documents: string[]
  signed: Signed[]
  deleted: string[]
  /** keys of objects with the texts of further documents */
  texts: string[]
}

/** Creates documents, signs and deletes some through the service, and waits until the index has all of it. */
export async function populate(
  target: DamageTarget,
  counts: { documents: number; signed: number; deleted: number; texts: number },
): Promise<Population> {
  const { http } = target
  const send = async (method: string, path: string, body?: object): Promise<{ id: string }> => {
    const init = body && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    const response = await fetch(http + path, { method, ...init })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return response.status === 204 ? { id: '' } : ((await response.json()) as { id: string })
  }
  const create = async (n: number): Promise<string> => {
    const content = `Content of document ${n}, as it was sent.`
    return (
      await send('POST', '/documents', { title: `Plover ${n}`, content, created_by: 'ada@example.com' })
    ).id
  }
  const documents = await inParallel(counts.documents, create)
  const signed = await inParallel(counts.signed, async (n) => {
    const id = await create(n)
    const signer = { signer_email: `bob${n}@example.com`, signer_name: 'Bob', signature_data: PNG }
    const { id: signature } = await send('POST', '/signatures', { document_id: id, ...signer })
    return { id, signature }
  })
  const deleted = await inParallel(counts.deleted, async (n) => {
    const id = await create(n)
    await send('DELETE', `/documents/${id}`)
    return id
  })
  // A text that needs a process to be read is kept.
  const texts = await inParallel(counts.texts, async (n) => {
    const form = new FormData()
    form.set('created_by', `author${n % 20}@example.com`)
    form.set('file', new File([pdf([`The plover ${n} on a page`])], `${n}.pdf`, { type: 'application/pdf' }))
    const response = await fetch(`${http}/documents`, { method: 'POST', body: form })
    if (!response.ok) throw new Error(`a PDF: ${response.status} ${await response.text()}`)
    const { content_sha256, content_type } = (await response.json()) as Record<string, string>
    return textKey(content_sha256!, content_type!)
  })
  await settled(target)
  return { documents, signed, deleted, texts }
}

/** Waits until no intent is due, every text is read, and the index has every row in its version. */
export async function settled({ pool, index }: DamageTarget): Promise<void> {
  const due = "select from signatures.signing_intents where next_attempt_at < now() + interval '5 minutes'"
  await eventually('the signatures', async () => (await pool.query(due)).rowCount === 0, LIMIT_MS)
  await eventually(
    'the texts',
    async () => (await pool.query('select from texts.queue limit 1')).rowCount === 0,
    LIMIT_MS,
  )
  const { rows } = await pool.query<{ id: string; version: number }>(
    'select id, version from documents.documents where s3_key is not null',
  )
  let left = rows
  const isIndexed = async (): Promise<boolean> => {
    const versions = await index.versions(left.slice(0, 1_000).map(({ id }) => id))
    left = left.filter(({ id, version }, place) => place >= 1_000 || versions.get(id) !== version)
    return left.length === 0
  }
  await eventually('the index', isIndexed, LIMIT_MS)
}

/** @returns what `work` returns for 0 to count - 1, in this order */
export async function inParallel<T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      const n = next++
      results[n] = await work(n)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
  return results
}
