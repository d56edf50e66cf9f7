import { WebSocket } from 'ws'
import { jsonOf, send } from '../client.ts'
import type { History } from '../history.ts'
import { pause } from '../wait.ts'
import { readState } from './read-state.ts'

interface Message {
  type: string
  position?: string
  data?: {
    version?: number
    title?: string
    status?: string
    signature_id?: string
    position?: string
    resumed?: boolean
    reason?: string
  }
}

const CONNECT_MS = 15_000
const RETRY_MS = 300
/** a connection that gives no sign of life for this long is half-open */
const SILENCE_MS = 20_000
const PING_MS = 5_000

/** Follows one document and writes down all that it receives. It resumes after each disconnect, until it leaves. */
export class Subscriber {
  readonly name: string
  readonly key: string
  readonly #id: string
  readonly #url: string
  readonly #history: History
  #ws: WebSocket | undefined
  #position: string | undefined
  #isAway = true
  /** there is no such document, says the service: it can only be followed until its deletion was received */
  #isRefused = false
  /** The reading of the state that has to end with an answer, because it may have missed something. */
  #reading: symbol | undefined
  #loop: Promise<void> | undefined
  /** the newest state that it knows */
  known: number | 'gone' = 0

  constructor(url: string, history: History, name: string, document: { id: string; key: string }) {
    this.#url = url
    this.#history = history
    this.name = name
    this.key = document.key
    this.#id = document.id
  }

  /** Connects, again and again until `leave`. */
  come(): void {
    if (!this.#isAway) return
    this.#isAway = false
    this.#loop = this.#run()
  }

  /** Disconnects; `come` resumes. */
  async leave(): Promise<void> {
    this.#isAway = true
    this.#ws?.terminate()
    await this.#loop
  }

  async #run(): Promise<void> {
    while (!this.#isAway && !this.#isRefused) {
      await this.#connect()
      if (!this.#isAway && !this.#isRefused) await pause(RETRY_MS)
    }
  }

  /** One connection, until it ends. */
  async #connect(): Promise<void> {
    const query = new URLSearchParams({ user_id: this.name, email: `${this.name}@example.com` })
    const answer = await send(`${this.#url}/auth/token?${query}`)
    if (answer.outcome !== 'ok' || this.#isAway) return
    const { access_token: token } = jsonOf<{ access_token: string }>(answer)
    const parameters = new URLSearchParams({ token, ...(this.#position && { last: this.#position }) })
    const ws = new WebSocket(`${this.#url.replace('http', 'ws')}/ws/${this.#id}?${parameters}`, {
      handshakeTimeout: CONNECT_MS,
    })
    this.#ws = ws
    let seenAt = performance.now()
    const watch = setInterval(() => {
      if (performance.now() - seenAt > SILENCE_MS) ws.terminate()
      else if (ws.readyState === WebSocket.OPEN) ws.ping()
    }, PING_MS)
    ws.on('pong', () => (seenAt = performance.now()))
    ws.on('message', (bytes: Buffer) => {
      seenAt = performance.now()
      if (!this.#isAway) this.#receive(JSON.parse(bytes.toString()) as Message)
    })
    ws.on('unexpected-response', (_, { statusCode }) => {
      if (statusCode === 404) this.#learn('gone')
      this.#isRefused ||= statusCode === 404
      ws.terminate()
    })
    ws.on('error', () => {})
    await new Promise((resolve) => ws.on('close', resolve))
    clearInterval(watch)
  }

  #receive({ type, data, position }: Message): void {
    const common = { key: this.key, subscriber: this.name }
    if (type === 'connection.established') {
      this.#history.add({ kind: 'connected', ...common, resumed: data!.resumed === true })
      if (data!.resumed !== true || this.#reading) void this.#readState()
    } else if (type === 'reset') {
      this.#history.add({ kind: 'reset', ...common, reason: data!.reason! })
      void this.#readState()
    } else if (/^(document|signature)\./.test(type)) {
      const { version, title, status, signature_id: signature } = data!
      const isDocument = version !== undefined && signature === undefined
      this.#history.add({
        kind: 'message',
        ...common,
        type,
        ...(isDocument && { seen: { version, title: title!, status: status! } }),
        ...(signature !== undefined && { signature }),
      })
      if (type === 'document.deleted') this.known = 'gone'
      else if (isDocument && this.known !== 'gone') this.known = Math.max(this.known, version)
    }
    const next = position ?? (/^(connection\.established|reset)$/.test(type) ? data?.position : undefined)
    if (next !== undefined) this.#position = next
  }

  /**
   * What a client does that may have missed something. Repeated until it is certain. One that leaves before that goes on
   * when it is back: it resumes then, and would never receive what it did not read.
   */
  async #readState(): Promise<void> {
    const reading = (this.#reading = Symbol('reading'))
    const isOver = (): boolean => this.#isAway || this.#reading !== reading
    const state = await readState(this.#url, this.#id, isOver)
    // What a later reason began reads a later state.
    if (state === undefined || this.#reading !== reading) return
    this.#reading = undefined
    this.#learn(state)
  }

  #learn(state: number | 'gone'): void {
    this.#history.add({ kind: 'state', key: this.key, subscriber: this.name, version: state })
    if (state === 'gone' || this.known === 'gone') this.known = 'gone'
    else this.known = Math.max(this.known, state)
  }
}
