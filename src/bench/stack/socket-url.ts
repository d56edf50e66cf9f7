import { ask } from '../load.ts'
import type { StackBench } from './stack-bench.ts'

/** Where the ws role tells about a document, with a token. */
export async function socketUrl(bench: StackBench, documentId: string): Promise<string> {
  const { pool, url } = bench.role('ws')
  const path = '/auth/token?user_id=bench&email=bench@example.com'
  const { body } = await ask(pool, { method: 'GET', path }, 200)
  const { access_token } = JSON.parse(body) as { access_token: string }
  return `${url.replace('http', 'ws')}/ws/${documentId}?token=${access_token}`
}
