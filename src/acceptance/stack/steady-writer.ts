import { setTimeout as delay } from 'node:timers/promises'
import { type PartitionMetadata, Partitioners } from 'kafkajs'
import type { Document } from '../facts.ts'
import { eventually } from '../../testing/deadline.ts'
import { createDocument, send, sendJson, sign, uniqueWord } from '../requests.ts'

/** A document with all its acknowledged changes. */
export interface Written {
  id: string
  /** a word that only its last title has */
  word: string
  version: number
  /** it gets signatures, and so keeps its title from the first one on */
  isSigned: boolean
  /** ids of its signatures, in their order */
  signatures: string[]
  /** how many requests have changed it */
  changes: number
}

export interface SteadyWriter {
  documents: Written[]
  /** begins to write; the documents exist before that */
  begin(): void
  /** waits until `count` more changes are acknowledged */
  writes(count: number): Promise<void>
  /** ends the writing; rejects when a request has failed */
  end(): Promise<void>
}

/** Then a title, then more titles or signatures. */
const MOVES = ['sent', 'viewed'] as const
/** A page has at most 200 signatures. */
const SIGNS_EVERY = 5

/**
 * Changes titles and statuses and signs, one request after the other over all documents, with a pause after each. Every
 * second document gets signatures instead of new titles.
 */
export async function prepareWriter(
  base: string,
  options: { documentsPerPartition: number; pauseMs: number; mostChanges: number },
): Promise<SteadyWriter> {
  const documents = await documentsInEveryPartition(base, options.documentsPerPartition)
  let total = 0
  let ended = false
  let onBegin = (): void => {}
  const begun = new Promise<void>((resolve) => (onBegin = resolve))
  const run = async (): Promise<void> => {
    await begun
    for (; !ended && total < options.mostChanges; total++) {
      await change(base, documents[total % documents.length]!)
      await delay(options.pauseMs)
    }
  }
  const running = run()
  running.catch(() => {})
  const broken = running.then(() => Promise.reject(new Error(`the writer has ended after ${total} changes`)))
  broken.catch(() => {})
  return {
    documents,
    begin: () => onBegin(),
    async writes(count) {
      const wanted = total + count
      await Promise.race([eventually(`${count} more changes`, () => total >= wanted, 60_000), broken])
    },
    async end() {
      ended = true
      onBegin()
      await running
    },
  }
}

const PARTITIONS = [0, 1, 2].map((partitionId) => ({ partitionId, leader: 0 }) as PartitionMetadata)

/** So that every consumer of a group has some. */
async function documentsInEveryPartition(base: string, count: number): Promise<Written[]> {
  const partitionOf = Partitioners.DefaultPartitioner()
  const found = PARTITIONS.map((): Written[] => [])
  while (found.some(({ length }) => length < count)) {
    const { id, version } = await createDocument(base)
    const message = { key: JSON.stringify({ id }), value: null }
    const partition = found[partitionOf({ topic: '', partitionMetadata: PARTITIONS, message })]!
    const isSigned = partition.length % 2 === 1
    if (partition.length < count)
      partition.push({ id, version, word: '', isSigned, signatures: [], changes: 0 })
  }
  return found.flat()
}

async function change(base: string, document: Written): Promise<void> {
  const path = `${base}/documents/${document.id}`
  const count = document.changes++
  if (document.isSigned && count > MOVES.length) {
    if (count % SIGNS_EVERY !== 0) return
    const answer = await sign(base, document.id, { signer_email: `signer-${count}@example.com` })
    if (answer.status !== 201) throw new Error(`sign: ${answer.status} ${JSON.stringify(answer.body)}`)
    document.signatures.push(answer.body.id)
    document.version = (await send<Document>(path)).body.version
    return
  }
  const move = MOVES[count]
  if (move === undefined) document.word = uniqueWord()
  const body = move === undefined ? { title: `Revision ${count} ${document.word}` } : { status: move }
  const answer = await sendJson<Document>('PATCH', path, body)
  if (answer.status !== 200) throw new Error(`PATCH: ${answer.status} ${JSON.stringify(answer.body)}`)
  document.version = answer.body.version
}
