import type { ChangeEvent, Position } from '../../../domain/change.ts'
import type { Clock } from '../../../runtime/clock.ts'
import type { ColumnValue } from '../../../db/column-values.ts'
import { makeEvent, type Origin, type Row, topicOf } from './envelope.ts'
import { type Lsn, parseLsn } from '../../../db/lsn.ts'
import type { PgoutputMessage } from './stream.ts'
import { commitPrefix, formatPosition, indexSuffix, type WalPosition } from './position.ts'

export interface DecoderOptions {
  /** name of the database, for the envelope */
  database: string
  /** Changes up to here are in the queues already; the server sends them again after a reconnect, and they are skipped. */
  after: WalPosition
  clock: Clock
  onEvent(event: ChangeEvent): void
  /** The transaction is complete; the next begins at or after `end`. */
  onCommit(end: Lsn): void
  onTruncate(tables: string[]): void
}

interface Transaction {
  origin: Origin
  commit: Lsn
  prefix: string
  index: number
}

type RowMessage = Extract<PgoutputMessage, { tag: 'insert' | 'update' | 'delete' }>

/** Turns the messages of one connection into events with positions. */
export class TransactionDecoder {
  readonly #options: DecoderOptions
  #last: WalPosition
  #lastText: Position
  #transaction: Transaction | undefined
  #previousCommit: Lsn | undefined

  constructor(options: DecoderOptions) {
    this.#options = options
    this.#last = options.after
    this.#lastText = formatPosition(options.after)
  }

  /** position of the last event, or where reading began */
  get position(): Position {
    return this.#lastText
  }

  get last(): WalPosition {
    return this.#last
  }

  get inTransaction(): boolean {
    return this.#transaction !== undefined
  }

  /** @param lsn of the message's own record */
  read(message: PgoutputMessage, lsn: Lsn): void {
    switch (message.tag) {
      case 'begin':
        this.#begin(parseLsn(message.commitLsn!), message.commitTime as bigint, message.xid >>> 0)
        break
      case 'commit':
        this.#transaction = undefined
        this.#previousCommit = parseLsn(message.commitEndLsn!)
        this.#options.onCommit(this.#previousCommit)
        break
      case 'insert':
      case 'update':
      case 'delete':
        this.#change(message, lsn)
        break
      case 'truncate':
        this.#options.onTruncate(message.relations.map(({ schema, name }) => `${schema}.${name}`))
        break
      case 'relation':
      case 'type':
      case 'origin':
      case 'message':
        break
    }
  }

  #begin(commit: Lsn, committedUs: bigint, xid: number): void {
    this.#transaction = {
      origin: {
        database: this.#options.database,
        previousCommit: this.#previousCommit,
        xid,
        committedUs: Number(committedUs),
      },
      commit,
      prefix: commitPrefix(this.#last.epoch, commit),
      index: 0,
    }
  }

  #change(message: RowMessage, lsn: Lsn): void {
    const topic = topicOf(message.relation.schema, message.relation.name)
    if (!topic) return
    const before = message.tag === 'insert' ? null : toRow(message.relation, message.old ?? message.key)
    const after = message.tag === 'delete' ? null : toRow(message.relation, message.new)
    // As in Debezium, a changed primary key is a delete and a create.
    const moved = message.tag === 'update' && before !== null && before['id'] !== after?.['id']
    const common = { topic, lsn, snapshot: 'false' } as const
    if (moved) {
      this.#emit({ ...common, op: 'd', before, after: null })
      this.#emit({ ...common, op: 'c', before: null, after })
    } else {
      const op = message.tag === 'insert' ? 'c' : message.tag === 'update' ? 'u' : 'd'
      this.#emit({ ...common, op, before, after })
    }
  }

  #emit(change: Parameters<typeof makeEvent>[0]): void {
    const transaction = this.#transaction
    if (!transaction) throw new Error('the server sent a change outside a transaction')
    const index = ++transaction.index
    const { commit } = transaction
    if (commit < this.#last.commit || (commit === this.#last.commit && index <= this.#last.index)) return
    this.#last = { epoch: this.#last.epoch, commit, index }
    this.#lastText = `${transaction.prefix}${indexSuffix(index)}`
    const nowMs = this.#options.clock.now().getTime()
    this.#options.onEvent(makeEvent(change, transaction.origin, this.#lastText, nowMs))
  }
}

/** The parser's rows are dictionaries without a prototype; plain objects are many times faster to handle. */
function toRow({ columns }: RowMessage['relation'], tuple: Record<string, unknown> | null): Row | null {
  if (!tuple) return null
  const row: Record<string, ColumnValue> = {}
  for (const { name } of columns) row[name] = tuple[name] as ColumnValue
  return row
}
