import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createRandom, type Random } from '../../runtime/seeded-random.ts'
import { signalProcess } from '../../runtime/processes.ts'
import { eventually, within } from '../../testing/deadline.ts'
import { type ServiceProcess, startServiceProcess } from '../../testing/service-process.ts'
import { createDocument } from '../requests.ts'
import { checkDocuments, checkLists, checkTexts } from './check-documents.ts'
import { checkWatchers } from './check-watchers.ts'
import { differencesOfIndex, doubles, postmasterPid, withDatabase } from './cluster.ts'
import { end, FINDING, interruptStart, killOne } from './kill.ts'
import { count, createLedger, type KnownDocument, type Ledger, type Tally } from './ledger.ts'
import type { Plan, Victim } from './plan.ts'
import { watch, type Watcher } from './watcher.ts'
import { write } from './writer.ts'

const WRITERS = 4
const WATCHED = 4
/** rounds that a document is watched for */
const WATCH_ROUNDS = 12
const CATCH_UP_MS = 30_000
/** for the service to serve again after a process of PostgreSQL was killed */
const HEAL_MS = 30_000

/** One data folder with what was written to it and who watches it, through all rounds. */
export class World {
  readonly tally: Tally = new Map()
  readonly #seed: number
  readonly #data: string
  readonly #ledgers: Ledger[] = Array.from({ length: WRITERS }, createLedger)
  #watched: { since: number; document: KnownDocument; watchers: Watcher[] }[] = []
  #service: ServiceProcess | undefined
  #urls = { http: 'http://127.0.0.1:1', ws: 'http://127.0.0.1:1' }
  /** `interrupted`: what the next start finds depends on the moment */
  #endedBy: Victim | 'interrupted' | undefined
  #names = 0

  static async make(seed: number): Promise<World> {
    return new World(seed, await mkdtemp(join(tmpdir(), 'docmgr-crash-')))
  }

  private constructor(seed: number, data: string) {
    this.#seed = seed
    this.#data = data
  }

  /** What the service logged last, for the explanation of a failure. */
  get log(): string {
    return this.#service?.log().slice(-4_000) ?? 'nothing runs'
  }

  /** Starts, checks, writes, kills. */
  async round(number: number, plan: Plan): Promise<void> {
    const random = createRandom(this.#seed, number, 1)
    if (plan.interruptStart !== undefined) {
      await interruptStart(this.#data, plan.interruptStart)
      this.#endedBy = 'interrupted'
    }
    await this.#start()
    await this.#checkTouched()
    if (plan.settle) await this.#settle()
    await this.#renewWatched(number)
    await this.#write(number, plan, random)
    // A stop may come while PostgreSQL recovers from the loss of one of its processes: the next start goes on with that.
    this.#endedBy = plan.victim === 'stop' && plan.casualty ? 'interrupted' : plan.victim
    count(this.tally, plan.victim === 'stop' ? 'graceful stops' : `kills of ${plan.victim}`)
  }

  /** Starts once more and compares everything. */
  async finish(): Promise<void> {
    await this.#start()
    await this.#checkTouched()
    await this.#settle()
    const documents = this.#ledgers.flatMap((ledger) => ledger.documents)
    await checkDocuments(this.#urls.http, documents)
    await checkLists(this.#urls.http, documents)
    await withDatabase(this.#data, (client) => checkTexts(client, documents))
    count(this.tally, 'graceful stops')
    await Promise.all(
      this.#watched.flatMap(({ watchers }) => watchers.map((watcher) => this.#retire(watcher))),
    )
    assert.equal(await this.#service!.stop(), 0)
    this.#service = undefined
  }

  /** Leaves nothing behind, also after a failure. */
  async dispose(): Promise<void> {
    await Promise.all(
      this.#watched.flatMap(({ watchers }) => watchers.map((watcher) => watcher.close().catch(() => {}))),
    )
    const postmaster = await postmasterPid(this.#data).catch(() => undefined)
    this.#service?.kill('SIGKILL')
    if (postmaster !== undefined) signalProcess(postmaster, 'SIGQUIT')
    await this.#service?.exited
    await rm(this.#data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }

  async #start(): Promise<void> {
    this.#service = await startServiceProcess(this.#data)
    this.#urls = this.#service.urls
    const findings = this.#service.findings.join('\n')
    if (this.#endedBy === 'stop') assert.equal(findings, '', 'findings after a graceful stop')
    else if (this.#endedBy !== undefined && this.#endedBy !== 'interrupted')
      assert.match(findings, FINDING[this.#endedBy]!)
  }

  /** What the requests of the last rounds have left behind. */
  async #checkTouched(): Promise<void> {
    for (const { touched } of this.#ledgers) {
      await checkDocuments(this.#urls.http, touched)
      touched.clear()
    }
  }

  /** What must be so when everything has caught up. */
  async #settle(): Promise<void> {
    await withDatabase(this.#data, async (client) => {
      let differences: string[] = []
      const isEqual = async (): Promise<boolean> =>
        (differences = await differencesOfIndex(client)).length === 0
      await eventually('', isEqual, CATCH_UP_MS).catch(() =>
        assert.deepEqual(differences, [], 'the index is not the table'),
      )
      assert.deepEqual(await doubles(client), [], 'requests that happened twice')
      await checkWatchers(
        client,
        this.#watched.flatMap(({ watchers }) => watchers),
      )
    })
  }

  /** Watches new documents in place of those that were watched for long. */
  async #renewWatched(round: number): Promise<void> {
    const old = this.#watched.filter(({ since }) => round - since >= WATCH_ROUNDS)
    if (old.length > 0) {
      await withDatabase(this.#data, (client) =>
        checkWatchers(
          client,
          old.flatMap(({ watchers }) => watchers),
        ),
      )
      for (const { document, watchers } of old) {
        document.watched = false
        await Promise.all(watchers.map((watcher) => this.#retire(watcher)))
      }
      this.#watched = this.#watched.filter((entry) => !old.includes(entry))
    }
    for (let n = this.#watched.length; n < WATCHED && (round === 0 || n % 2 === round % 2); n++) {
      const document = await this.#createWatched(this.#ledgers[n % WRITERS]!)
      const watchers = [0, 1].map(() => watch(document.id, () => this.#urls))
      this.#watched.push({ since: round, document, watchers })
      await within(
        HEAL_MS,
        'the subscriptions to begin',
        Promise.all(watchers.map(({ established }) => established)),
      )
    }
  }

  async #createWatched(ledger: Ledger): Promise<KnownDocument> {
    const word = this.#newName()
    const content = `${word} is watched`
    const { id, version, title, status } = await createDocument(this.#urls.http, {
      title: `${word} watched`,
      content,
    })
    const document: KnownDocument = {
      id,
      word,
      content,
      contentType: 'text/plain',
      version,
      title,
      status,
      deleted: false,
      signed: false,
      watched: true,
      signatures: new Map(),
    }
    ledger.documents.push(document)
    return document
  }

  async #retire(watcher: Watcher): Promise<void> {
    await watcher.close()
    for (const { type } of watcher.messages) count(this.tally, `${type} seen`)
    this.tally.set('resumes', (this.tally.get('resumes') ?? 0) + watcher.resumed())
  }

  /** All write until the kill; a casualty comes first, and the service must get over it. */
  async #write(round: number, plan: Plan, random: Random): Promise<void> {
    let isDisturbed = false
    let goesOn = true
    const [tally, urls] = [this.tally, this.#urls]
    const writers = Promise.all(
      this.#ledgers.map((ledger, index) =>
        write({
          ledger,
          tally,
          urls,
          random: createRandom(this.#seed, round, 2, index),
          newName: () => this.#newName(),
          isDisturbed: () => isDisturbed,
          goesOn: () => goesOn,
        }),
      ),
    )
    const disturb = async (): Promise<void> => {
      if (plan.casualty) {
        await delay(plan.casualty.after)
        isDisturbed = true
        await killOne(this.#data, plan.casualty.kind, (pids) => random.pick(pids))
        count(tally, `kills of a ${plan.casualty.kind}`)
        await this.#waitForHealth()
      }
      await delay(plan.writing / 2)
      const watchers = this.#watched.map(({ watchers }) => watchers[1]!)
      await Promise.all(watchers.filter(() => random.next() < 0.3).map((watcher) => watcher.leaveAndReturn()))
      await delay(plan.writing / 2)
      isDisturbed = true
      if (plan.victim === 'stop') goesOn = false
      const begun = performance.now()
      await end(this.#service!, this.#data, plan.victim, random.next() < 0.5)
      const name = `ms at the most until docmgr ended (${plan.victim})`
      tally.set(name, Math.max(tally.get(name) ?? 0, Math.round(performance.now() - begun)))
      goesOn = false
    }
    // Neither is left running when the other one fails.
    const results = await Promise.allSettled([writers, disturb().finally(() => (goesOn = false))])
    for (const result of results) if (result.status === 'rejected') throw result.reason
    this.#service = undefined
  }

  async #waitForHealth(): Promise<void> {
    await eventually(
      'the service to be ready again',
      async () => {
        const { ok } = await fetch(`${this.#urls.http}/health/ready`, {
          signal: AbortSignal.timeout(HEAL_MS),
        })
        return ok
      },
      HEAL_MS,
    )
  }

  /** A word that is used once. */
  #newName(): string {
    const digits = [...(this.#names++).toString(36)].map(
      (digit) => String.fromCharCode(97 + (parseInt(digit, 36) % 26)) + digit,
    )
    return `q${digits.join('')}x`
  }
}
