import type { History } from './history.ts'
import { authorOf, jsonOf, type RestDocument, seenIn, send, sendJson, sha256 } from './client.ts'
import { createRandom, type Random } from './random.ts'
import type { Service, Strike } from './service/service.ts'
import { pause, poll } from './wait.ts'

/** From the end of a strike until everything works again. */
const RECOVERY_MS = 180_000
/** Several of the others at the same time. */
export const MANY = 'many'

export interface StrikesOptions {
  service: Service
  history: History
  seed: number
  /** at least so long, and until each kind has struck once */
  ms: number
  /** the kinds to use, beside `many` */
  kinds: readonly string[]
  note(line: string): void
}

export interface Struck {
  /** how often each kind has struck */
  counts: Map<string, number>
  slowest: { name: string; ms: number }
  /** strikes that were not possible, and recoveries that did not happen in time */
  failures: string[]
}

/** One strike after the other, with the service healthy in between. The seed decides which, how long and when. */
export async function strikeAll(options: StrikesOptions): Promise<Struck> {
  const { service, history, seed, ms, kinds, note } = options
  const random = createRandom(seed, 'strikes')
  const struck: Struck = { counts: new Map(), slowest: { name: 'none', ms: 0 }, failures: [] }
  const begun = performance.now()
  let deck: string[] = []
  let number = 0
  const isMissing = (): boolean => kinds.some((kind) => !struck.counts.has(kind))
  while ((performance.now() - begun < ms || isMissing()) && struck.failures.length === 0) {
    await pause(random.whole(200, 3_000))
    if (deck.length === 0) deck = random.shuffle(kinds)
    const kind = deck.pop()!
    const own = createRandom(seed, `strike ${++number}`)
    const names = kind === MANY ? pickMany(kinds, own) : [kind]
    const name = names.join(' + ')
    history.add({ kind: 'strike', name, phase: 'begin' })
    const ends = await Promise.allSettled(names.map((each) => strikeAfter(service.strikes[each]!, own)))
    history.add({ kind: 'strike', name, phase: 'end' })
    for (const end of ends)
      if (end.status === 'rejected') struck.failures.push(`${name} was not possible: ${String(end.reason)}`)
    struck.counts.set(kind, (struck.counts.get(kind) ?? 0) + 1)
    const recovery = await recover(options, `probe${seed.toString(36)}n${number}z`)
    if (recovery === undefined)
      struck.failures.push(`after ${name} the service did not recover within ${RECOVERY_MS} ms`)
    else if (recovery > struck.slowest.ms) struck.slowest = { name, ms: recovery }
    const at = Math.round((performance.now() - begun) / 1_000)
    note(`${String(at).padStart(4)} s  ${name}: recovered after ${recovery ?? '∞'} ms`)
  }
  return struck
}

function pickMany(kinds: readonly string[], random: Random): string[] {
  const others = random.shuffle(kinds.filter((kind) => kind !== MANY))
  return others.slice(0, random.whole(2, 3))
}

async function strikeAfter(strike: Strike, random: Random): Promise<void> {
  await pause(random.whole(0, 1_000))
  await strike(random)
}

/** Milliseconds until it is ready, takes a new document, and finds it. The document is checked like the others. */
async function recover({ service, history, seed }: StrikesOptions, key: string): Promise<number | undefined> {
  const begun = performance.now()
  const title = `${key} of the recovery`
  const operation = { name: 'create', title, sha256: sha256(title), form: 'json', idempotent: true } as const
  const op = history.nextOperation()
  history.add({ kind: 'invoke', key, op, client: 'probe', operation })
  let isCreated = false
  const done = await poll(RECOVERY_MS, async () => {
    if (!(await service.isReady())) return false
    const headers = { 'idempotency-key': key }
    const fields = { title, content: title, created_by: authorOf(seed) }
    const created = await sendJson('POST', `${service.url}/documents`, fields, headers)
    if (created.outcome !== 'ok') return false
    const document = jsonOf<RestDocument>(created)
    const { id } = document
    if (!isCreated) history.add({ kind: 'ok', key, op, result: { id, seen: seenIn(document) } })
    isCreated = true
    const found = await send(`${service.url}/search?q=${key}`)
    if (found.outcome !== 'ok') return false
    return jsonOf<{ documents: RestDocument[] }>(found).documents.some((one) => one.id === id)
  })
  return done && Math.round(performance.now() - begun)
}
