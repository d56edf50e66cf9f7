import { jsonOf, type RestDocument, send } from '../client.ts'
import { pause } from '../wait.ts'

const RETRY_MS = 500

/** The version of a document, or that it is gone. Asks until an answer is certain; undefined once `isOver`. */
export async function readState(
  url: string,
  id: string,
  isOver: () => boolean,
): Promise<number | 'gone' | undefined> {
  while (!isOver()) {
    const answer = await send(`${url}/documents/${id}`)
    if (answer.outcome === 'ok') return jsonOf<RestDocument>(answer).version
    if (answer.code === 404) return 'gone'
    await pause(RETRY_MS)
  }
  return undefined
}
