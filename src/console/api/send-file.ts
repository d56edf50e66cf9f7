import type { Document } from './client.ts'
import { Problem } from './problem.ts'

export interface FileUpload {
  file: File
  /** e-mail address of the owner */
  owner: string
  /** A repeated request with the same key creates nothing twice. */
  key: string
  /** @param share sent, from 0 to 1 */
  onProgress: (share: number) => void
}

/**
 * Creates a document. XMLHttpRequest, because fetch does not tell how much of a body was sent.
 * @throws Problem
 */
export function sendFile({ file, owner, key, onProgress }: FileUpload): Promise<Document> {
  const form = new FormData()
  form.set('created_by', owner)
  // The service takes title and type from the part, which ends the form.
  form.set('file', file, file.name)
  const request = new XMLHttpRequest()
  return new Promise((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total)
    request.onload = () => {
      const body = parse(request.responseText)
      if (request.status === 201) resolve(body as Document)
      else reject(Problem.of(body, request.status))
    }
    // A service that refuses a large body closes the connection, and the browser does not read its answer then.
    request.onerror = () => reject(new Problem('too-large-or-unreachable', 0))
    request.open('POST', '/documents')
    request.setRequestHeader('Idempotency-Key', key)
    request.send(form)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
