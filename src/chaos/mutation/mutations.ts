import type { Answered, Asked, Mutation } from './mutating-proxy.ts'

type Forward = (asked: Asked) => Promise<Answered>

/** Every so often something goes wrong. */
function everyNth(n: number): () => boolean {
  let count = 0
  return () => ++count % n === 0
}

const json = (code: number, value: unknown): Answered => ({
  code,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(value)),
})

const isDocument = ({ method, path }: Asked): boolean =>
  method === 'GET' && /^\/documents\/[^/?]+$/.test(path)

/** Broken builds of docmgr, by the promise that they break. */
export const MUTATIONS: Record<string, () => Mutation> = {
  /** A change is acknowledged and not made. */
  lost() {
    const isTurn = everyNth(3)
    return {
      async answer(asked: Asked, forward: Forward) {
        if (asked.method !== 'PATCH' || !isTurn()) return forward(asked)
        const now = await forward({ ...asked, method: 'GET', body: Buffer.alloc(0) })
        if (now.code !== 200) return now
        const document = JSON.parse(now.body.toString())
        const changed = { ...document, ...JSON.parse(asked.body.toString()) }
        return json(200, { ...changed, version: document.version + 1 })
      },
    }
  },
  /** A deletion is acknowledged and not made. */
  resurrected: () => ({
    answer: async (asked: Asked, forward: Forward) =>
      asked.method === 'DELETE' ? { code: 204, headers: {}, body: Buffer.alloc(0) } : forward(asked),
  }),
  /** The first state that was read stays in the cache. */
  stale() {
    const cache = new Map<string, Answered>()
    return {
      async answer(asked: Asked, forward: Forward) {
        if (!isDocument(asked)) return forward(asked)
        const known = cache.get(asked.path)
        if (known) return known
        const answer = await forward(asked)
        if (answer.code === 200) cache.set(asked.path, answer)
        return answer
      },
    }
  },
  /** The document of a signature stays as it was. */
  unsigned: () => ({
    async answer(asked: Asked, forward: Forward) {
      const answer = await forward(asked)
      const text = answer.body.toString()
      if (!/json/.test(answer.headers['content-type'] ?? '')) return answer
      return { ...answer, body: Buffer.from(text.replaceAll('"status":"signed"', '"status":"created"')) }
    },
  }),
  /** Idempotency keys are ignored, and a request that times out is made again. */
  repeated: () => ({
    async answer(asked: Asked, forward: Forward) {
      const { 'idempotency-key': _, ...headers } = asked.headers
      if (asked.method === 'POST' && asked.path.startsWith('/documents')) await forward({ ...asked, headers })
      return forward(asked)
    },
  }),
  'repeated (a message)': () => ({
    messages: () => (text: string) => (isChange(text) ? [text, text] : [text]),
  }),
  /** A change comes after the one that follows it. */
  'out of order': () => ({
    messages() {
      let held: string | undefined
      return (text: string) => {
        if (!isChange(text)) return [text]
        const before = held
        held = before === undefined ? text : undefined
        return before === undefined ? [] : [text, before]
      }
    },
  }),
  /** Some changes reach nobody, also when they are replayed. */
  missed: () => ({
    messages: () => (text: string) => (isChange(text) && versionOf(text) % 2 === 0 ? [] : [text]),
  }),
  /** One bit of some contents. */
  damaged: () => ({
    async answer(asked: Asked, forward: Forward) {
      const answer = await forward(asked)
      if (!/[0-7]\/content$/.test(asked.path) || answer.code !== 200) return answer
      const body = Buffer.from(answer.body)
      body[body.length - 1]! ^= 1
      return { ...answer, body }
    },
  }),
}

const isChange = (text: string): boolean => /^\{"type":"document\./.test(text)
const versionOf = (text: string): number => JSON.parse(text).data.version
