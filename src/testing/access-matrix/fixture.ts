import { newId } from '../test-service.ts'
import { ADMIN, EDITOR, GROUP, LOGGED_IN, NAMED_KEY, OWNER, READER } from './callers.ts'
import { bearer, type MatrixTarget, succeed, tokenOf } from './target.ts'

/** What a request can name. */
export interface Ids {
  document: string
  signature: string
  person: string
}

export const unknownIds = (): Ids => ({ document: newId(), signature: newId(), person: newId() })

/** A document of the owner's with a reader, an editor, a group, a person and a key. @param content with words of its own */
export async function ownedDocument({ http }: MatrixTarget, content = 'x'): Promise<string> {
  const headers = bearer(tokenOf(OWNER))
  const body = { title: 'Lease', content, created_by: OWNER.email }
  const { id } = await succeed<{ id: string }>(`${http}/documents`, 'POST', headers, body)
  const give = (subject: string, role: string) => {
    const path = `${http}/documents/${id}/access/${encodeURIComponent(subject)}`
    return succeed(path, 'PUT', headers, { role })
  }
  await give(`email:${READER.email}`, 'reader')
  await give(`email:${EDITOR.email}`, 'editor')
  await give(`group:${GROUP}`, 'reader')
  await give(`person:${LOGGED_IN.id}`, 'reader')
  await give(`key:${NAMED_KEY.id}`, 'reader')
  return id
}

/** The same, signed by someone else. */
export async function signedDocument(target: MatrixTarget, content?: string): Promise<Ids> {
  const document = await ownedDocument(target, content)
  const body = { document_id: document, signer_email: 'signer@example.com', signer_name: 'Signer' }
  const { id } = await succeed<{ id: string }>(
    `${target.http}/signatures`,
    'POST',
    bearer(tokenOf(ADMIN)),
    body,
  )
  const known = { email: 'known@example.com' }
  const person = await succeed<{ id: string }>(`${target.http}/people`, 'POST', bearer(tokenOf(ADMIN)), known)
  return { document, signature: id, person: person.id }
}
