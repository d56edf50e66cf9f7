import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '../../testing/deadline.ts'
import { newDataFolder } from '../../testing/postgres.ts'
import { createRandom, type Random } from '../../testing/random.ts'
import { postmasterPid, signalProcess, withDatabase } from '../../testing/service-database.ts'
import { type ServiceProcess, startServiceProcess } from '../../testing/service-process.ts'
import { createDocument } from '../requests.ts'
import { checkDocuments, checkLeftovers, checkLists, checkTexts } from './check-documents.ts'
import { checkSubscribers } from './check-subscribers.ts'
import { duplicates, indexDifferences } from './database-checks.ts'
import {
  count,
  createExpectedState,
  type ExpectedState,
  knownDocument,
  type KnownDocument,
  type Tally,
} from './expected-state.ts'
import { end, FINDING, interruptStart, killBackend } from './kill.ts'
import type { KillTarget, Plan } from './plan.ts'
import { WatchedDocuments } from './watched-documents.ts'
import { write } from './writer.ts'

const WRITERS = 4
const CATCH_UP_MS = 30_000
/** for the service to be ready again after a process of PostgreSQL was killed */
const RECOVERY_MS = 30_000

/** One data folder through all rounds, with what was written to it and who subscribes to it. */
export class CrashHarness {
  readonly tally: Tally = new Map()
  readonly #seed: number
  readonly #data: string
  readonly #expected: ExpectedState[] = Array.from({ length: WRITERS }, createExpectedState)
  readonly #watched: WatchedDocuments
  #service: ServiceProcess | undefined
  #urls = { http: 'http://127.0.0.1:1', ws: 'http://127.0.0.1:1' }
  /** `interrupted`: the findings of the next start depend on the moment */
  #endedBy: KillTarget | 'interrupted' | undefined
  readonly #newName = createNames()

  static async create(seed: number): Promise<CrashHarness> {
    return new CrashHarness(seed, await newDataFolder())
  }

  private constructor(seed: number, data: string) {
    this.#seed = seed
    this.#data = data
    this.#watched = new WatchedDocuments(data, this.tally, () => this.#urls)
  }

  /** The end of the service's log, to explain a failure. */
  get log(): string {
    return this.#service?.log().slice(-4_000) ?? 'nothing runs'
  }

  /** Starts, checks, writes, kills. */
  async round(number: number, plan: Plan): Promise<void> {
    if (plan.interruptStart !== undefined) {
      await interruptStart(this.#data, plan.interruptStart)
      this.#endedBy = 'interrupted'
    }
    await this.#start()
    await this.#checkTouched()
    if (plan.settle) await this.#checkSettled()
    await this.#watched.renew(number, async (n) => {
      const document = await createKnownDocument(this.#urls.http, this.#newName())
      this.#expected[n % WRITERS]!.documents.push(document)
      return document
    })
    await this.#writeUntilKilled(number, plan)
    // A stop may come while PostgreSQL recovers from the loss of a process; the next start then continues the recovery.
    this.#endedBy = plan.target === 'stop' && plan.backendKill ? 'interrupted' : plan.target
    count(this.tally, plan.target === 'stop' ? 'graceful stops' : `kills of ${plan.target}`)
  }

  /** Starts once more and compares everything. */
  async finish(): Promise<void> {
    await this.#start()
    await this.#checkTouched()
    await this.#checkSettled()
    const documents = this.#expected.flatMap((expected) => expected.documents)
    await checkDocuments(this.#urls.http, documents)
    await checkLists(this.#urls.http, documents)
    await checkTexts(this.#urls.http, documents)
    await withDatabase(this.#data, checkLeftovers)
    await this.#watched.finish()
    count(this.tally, 'graceful stops')
    assert.equal(await this.#service!.stop(), 0)
    this.#service = undefined
  }

  /** Leaves nothing behind, also after a failure. */
  async dispose(): Promise<void> {
    await this.#watched.dispose()
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

  /** Checks the documents that the last rounds have changed. */
  async #checkTouched(): Promise<void> {
    for (const { touched } of this.#expected) {
      await checkDocuments(this.#urls.http, touched)
      touched.clear()
    }
  }

  /** Checks what must hold once the consumers have caught up. */
  async #checkSettled(): Promise<void> {
    await withDatabase(this.#data, async (client) => {
      let differences: string[] = []
      const isEqual = async (): Promise<boolean> =>
        (differences = await indexDifferences(client, this.#data)).length === 0
      await eventually('', isEqual, CATCH_UP_MS).catch(() =>
        assert.deepEqual(differences, [], 'the index differs from the table'),
      )
      assert.deepEqual(await duplicates(client), [], 'requests that were executed twice')
      await checkSubscribers(client, this.#watched.subscribers)
    })
  }

  /** All writers write until the kill. A backend is killed before it, and the service must recover from that. */
  async #writeUntilKilled(round: number, plan: Plan): Promise<void> {
    const state = { isDisturbed: false, isRunning: true }
    const writers = this.#expected.map((expected, index) =>
      write({
        expected,
        tally: this.tally,
        urls: this.#urls,
        random: createRandom(this.#seed, round, 2, index),
        newName: this.#newName,
        isDisturbed: () => state.isDisturbed,
        isRunning: () => state.isRunning,
      }),
    )
    const disturbing = this.#disturb(plan, createRandom(this.#seed, round, 1), state)
    // Neither is left running when the other one fails.
    const stopWriting = (): void => void (state.isRunning = false)
    const results = await Promise.allSettled([Promise.all(writers), disturbing.finally(stopWriting)])
    for (const result of results) if (result.status === 'rejected') throw result.reason
    this.#service = undefined
  }

  async #disturb(
    { backendKill, writing, target }: Plan,
    random: Random,
    state: { isDisturbed: boolean; isRunning: boolean },
  ): Promise<void> {
    if (backendKill) {
      await delay(backendKill.after)
      state.isDisturbed = true
      await killBackend(this.#data, backendKill.kind, (pids) => random.pick(pids))
      count(this.tally, `kills of a ${backendKill.kind}`)
      await waitUntilReady(this.#urls.http)
    }
    await delay(writing / 2)
    const leaving = this.#watched.visitors.filter(() => random.next() < 0.3)
    await Promise.all(leaving.map((visitor) => visitor.leaveAndReturn()))
    await delay(writing / 2)
    state.isDisturbed = true
    if (target === 'stop') state.isRunning = false
    const begun = performance.now()
    await end(this.#service!, this.#data, target, random.next() < 0.5)
    const name = `longest end in ms (${target})`
    this.tally.set(name, Math.max(this.tally.get(name) ?? 0, Math.round(performance.now() - begun)))
  }
}

async function createKnownDocument(base: string, word: string): Promise<KnownDocument> {
  const content = `${word} is watched`
  const created = await createDocument(base, { title: `${word} watched`, content })
  return knownDocument(created, { word, content, contentType: 'text/plain', watched: true })
}

async function waitUntilReady(url: string): Promise<void> {
  const isReady = async (): Promise<boolean> =>
    (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(RECOVERY_MS) })).ok
  await eventually('the service to be ready again', isReady, RECOVERY_MS)
}

/** Words that are used once. */
function createNames(): () => string {
  let count = 0
  return () => {
    const digits = [...(count++).toString(36)].map(
      (digit) => String.fromCharCode(97 + (parseInt(digit, 36) % 26)) + digit,
    )
    return `q${digits.join('')}x`
  }
}
