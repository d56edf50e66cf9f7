/** No subscriber misses an event while all that is between the database and the subscriber is restarted in turn. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { eventually } from '../../testing/deadline.ts'
import { stack } from '../../testing/stack.ts'
import { type Instance, startTopology, type Topology } from '../../testing/topology.ts'
import { type ResumingSubscriber, subscribeWithResume } from '../../testing/resuming-subscriber.ts'
import { send } from '../requests.ts'
import { restartConnector, resumeConnector, stopConnector } from './connector.ts'
import { prepareWriter, type Written } from './steady-writer.ts'

const LIMIT_MS = 60_000
/** Changes that are acknowledged while something is away. */
const MEANWHILE = 12

test('clients of each ws instance see every event once and in order over restarts of ws, indexers and connector', async (t) => {
  const topology = await startTopology({ document: 1, signature: 1, search: 1, ws: 2, indexer: 2 })
  try {
    await watchOverRestarts(t, topology)
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${topology.output()}`, { cause: error })
  } finally {
    await topology.stop()
  }
})

async function watchOverRestarts(t: TestContext, topology: Topology): Promise<void> {
  const { urls, names } = topology
  const writer = await prepareWriter(urls.http, { documentsPerPartition: 2, pauseMs: 25, mostChanges: 5_000 })
  const { documents } = writer
  const places = [...topology.instances('ws').map(({ url }) => url), urls.ws]
  const placed = places.flatMap((ws) =>
    documents.map(({ id }) => [ws, subscribeWithResume(id, () => ({ ws }))] as const),
  )
  const watchers = placed.map(([, watcher]) => watcher)
  // Subscribers that a failure leaves open would reconnect without end, and keep the process running.
  t.after(() => Promise.allSettled(watchers.map((watcher) => watcher.close())))
  const watchersOf = (id: string) => placed.filter(([, { documentId }]) => documentId === id)
  await Promise.all(watchers.map(({ established }) => established))
  writer.begin()

  const settle = (): Promise<void> => waitUntilSeen(documents, watchersOf, names.index)
  const step = async (name: string, work: () => Promise<void>): Promise<void> => {
    const begun = performance.now()
    await work()
    await settle()
    t.diagnostic(`${name}: all seen again after ${Math.round(performance.now() - begun)} ms`)
  }
  const away = (instance: Instance, how: 'stop' | 'kill'): Promise<void> =>
    step(`${how} and start of ${instance.name}`, async () => {
      await instance[how]()
      await writer.writes(MEANWHILE)
      await instance.start()
      await writer.writes(MEANWHILE)
    })

  const [ws1, ws2] = topology.instances('ws')
  const [indexer1, indexer2] = topology.instances('indexer')
  const shared = async (): Promise<void> => {
    for (const indexer of [indexer1!, indexer2!]) {
      const before = await indexedBy(indexer)
      await eventually(`${indexer.name} to index`, async () => (await indexedBy(indexer)) > before, LIMIT_MS)
    }
  }
  await step('both indexers at work', shared)
  await away(ws1!, 'stop')
  await away(indexer1!, 'stop')
  await step('restart of the connector', async () => {
    await restartConnector(names)
    await writer.writes(MEANWHILE)
  })
  await away(ws2!, 'kill')
  await away(indexer2!, 'kill')
  await step('connector stopped and resumed', async () => {
    await stopConnector(names)
    await writer.writes(MEANWHILE)
    await resumeConnector(names)
    await writer.writes(MEANWHILE)
  })
  await step('both indexers at work again', shared)
  await writer.end()
  await step('the end of writing', async () => {})

  await checkAll(documents, watchers, urls, names.index)
  for (const [place, watcher] of placed)
    if (place !== urls.ws) assert.ok(watcher.resumed() > 0, `no client of ${place} has resumed`)
  const resumed = watchers.reduce((sum, watcher) => sum + watcher.resumed(), 0)
  const events = watchers.reduce((sum, { messages }) => sum + messages.length, 0)
  t.diagnostic(`${events} events to ${watchers.length} clients, which resumed ${resumed} times`)
  await Promise.all(watchers.map((watcher) => watcher.close()))
}

/** Waits until every client and the index have all that is acknowledged now. */
async function waitUntilSeen(
  documents: Written[],
  watchersOf: (id: string) => (readonly [place: string, watcher: ResumingSubscriber])[],
  index: string,
): Promise<void> {
  const wanted = documents.map((document) => ({ ...document, signatures: [...document.signatures] }))
  for (const document of wanted) {
    for (const [place, watcher] of watchersOf(document.id)) {
      await eventually(`all of ${document.id} at ${place}`, () => knows(watcher, document), LIMIT_MS).catch(
        (error: Error) => {
          const { versions, signatures } = seenBy(watcher)
          throw new Error(
            `${error.message}: version ${document.version} and ${document.signatures.length} signatures; seen ` +
              `${versions.join(' ')} and ${signatures.length}, resets: ${watcher.resets.join(', ') || 'none'}, ` +
              `resumed ${watcher.resumed()} times, then ${watcher.state()}`,
            { cause: error },
          )
        },
      )
    }
    await eventually(
      `version ${document.version} of ${document.id} in the index`,
      async () => ((await indexedVersion(index, document.id)) ?? 0) >= document.version,
      LIMIT_MS,
    )
  }
}

async function checkAll(
  documents: Written[],
  watchers: ResumingSubscriber[],
  urls: { http: string; search: string },
  index: string,
): Promise<void> {
  for (const document of documents) await checkAnswers(urls.http, document)
  for (const watcher of watchers)
    check(
      watcher,
      documents.find(({ id }) => id === watcher.documentId)!,
    )
  for (const { id, version, word } of documents) {
    assert.equal(await indexedVersion(index, id), version)
    await eventually(`${id} to be found by its last title`, async () => {
      const { body } = await send<{ documents: { id: string }[] }>(`${urls.search}/search?q=${word}`)
      return body.documents[0]?.id === id
    })
  }
}

type Seen = { versions: number[]; signatures: string[] }

/** The messages of a client, in order, without the creation: it happened before the client subscribed, or just then. */
function seenBy({ messages }: ResumingSubscriber): Seen {
  const changes = messages.filter(({ type }) => /^document\.(?!created)/.test(type))
  const signatures = messages.filter(({ type }) => type === 'signature.added')
  return {
    versions: changes.map(({ data }) => data!['version'] as number),
    signatures: signatures.map(({ data }) => data!['signature_id'] as string),
  }
}

function knows(watcher: ResumingSubscriber, { version, signatures }: Written): boolean {
  const seen = seenBy(watcher)
  return (seen.versions.at(-1) ?? 0) >= version && seen.signatures.length >= signatures.length
}

function check(watcher: ResumingSubscriber, { id, version, signatures }: Written): void {
  const versions = Array.from({ length: version - 1 }, (_, index) => index + 2)
  assert.deepEqual(seenBy(watcher), { versions, signatures }, `what a client of ${id} saw`)
  assert.deepEqual(watcher.resets, [])
}

/** The database has exactly what was acknowledged to the writer. */
async function checkAnswers(base: string, { id, version, signatures }: Written): Promise<void> {
  const document = await send<{ version: number }>(`${base}/documents/${id}`)
  assert.equal(document.body.version, version)
  const stored = await send<{ id: string }[]>(`${base}/documents/${id}/signatures?limit=200`)
  assert.deepEqual(new Set(stored.body.map((signature) => signature.id)), new Set(signatures))
}

async function indexedVersion(index: string, id: string): Promise<number | undefined> {
  const { body } = await send<{ _source?: { version: number } }>(
    `${stack.elasticsearchUrl}/${index}/_doc/${id}`,
  )
  return body._source?.version
}

/** How many versions this process has written to the index. */
async function indexedBy(indexer: Instance): Promise<number> {
  const { body } = await send<string>(`${indexer.url}/metrics`)
  const counts = [...body.matchAll(/^docmgr_indexer_documents_total\{[^}]*\} (\d+)$/gm)]
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}
