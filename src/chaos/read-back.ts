import { type Answer, jsonOf, type RestDocument, seenIn, send, sha256 } from './client.ts'
import type { Final, Seen } from './history.ts'
import { poll } from './wait.ts'

/** How long a service may refuse a request of the last reading, when nothing disturbs it any more. */
const ANSWER_MS = 120_000
const PAGE = 200

/** Asks until there is an answer that is certain. @throws Error naming the last answer */
async function ask(url: string): Promise<Answer> {
  let last = ''
  const answer = await poll(ANSWER_MS, async () => {
    const found = await send(url)
    last = `${found.code} ${found.body.toString().slice(0, 300)}`
    // A damaged content is an answer.
    return (found.outcome !== 'unknown' || found.code === 500) && found
  })
  if (!answer) throw new Error(`no answer to ${url} within ${ANSWER_MS} ms; the last was ${last}`)
  return answer
}

/** Every document of the author in the list, by the first word of its title. */
export async function readList(url: string, author: string): Promise<Map<string, RestDocument[]>> {
  const found = new Map<string, RestDocument[]>()
  for (let page: string | undefined = `/documents?limit=${PAGE}&created_by=${author}`; page !== undefined;) {
    const answer: Answer = await ask(new URL(page, url).href)
    for (const document of jsonOf<RestDocument[]>(answer)) {
      const [key = ''] = document.title.split(' ')
      found.set(key, [...(found.get(key) ?? []), document])
    }
    page = /<([^>]+)>; rel="next"/.exec(answer.link ?? '')?.[1]
  }
  return found
}

/** Reads everything that the public interfaces show of a document. @param id known from an acknowledgement or the list */
export async function readFinal(
  url: string,
  key: string,
  id: string | undefined,
  listed: RestDocument[],
): Promise<Final> {
  const known = id ?? listed[0]?.id
  const own = listed.find((document) => document.id === known)
  const ids = listed.map((document) => document.id)
  const final: Final = { ids, signatures: [], ...(own && { listed: seenIn(own) }) }
  if (known === undefined) return final
  const got = await ask(`${url}/documents/${known}`)
  if (got.outcome === 'ok') final.got = seenIn(jsonOf<RestDocument>(got))
  const found = await readSearch(url, key, known)
  if (found) final.found = found
  if (!final.got) return final
  const content = await ask(`${url}/documents/${known}/content`)
  final.content = content.outcome === 'ok' ? sha256(content.body) : `answered with ${content.code}`
  final.signatures = await readSignatures(url, known)
  return final
}

async function readSignatures(url: string, id: string): Promise<Final['signatures']> {
  const found: Final['signatures'] = []
  const listed = await ask(`${url}/documents/${id}/signatures?limit=100`)
  // Then the document is gone in that place, which the other places show.
  if (listed.code === 404) return []
  for (const { id: own } of jsonOf<RestSignature[]>(listed)) {
    const { signer_email, signature_data } = await read<RestSignature>(`${url}/signatures/${own}`)
    found.push({ id: own, email: signer_email, image: sha256(signature_data ?? '') })
  }
  return found
}

/** @throws Error when it is refused */
async function read<T>(url: string): Promise<T> {
  const answer = await ask(url)
  if (answer.outcome !== 'ok')
    throw new Error(`${url} was answered with ${answer.code} ${answer.body.toString()}`)
  return jsonOf<T>(answer)
}

interface RestSignature {
  id: string
  signer_email: string
  signature_data: string | null
}

async function readSearch(url: string, key: string, id: string): Promise<Seen | undefined> {
  const { documents } = jsonOf<{ documents: RestDocument[] }>(await ask(`${url}/search?q=${key}&size=20`))
  const hit = documents.find((document) => document.id === id)
  return hit && seenIn(hit)
}
