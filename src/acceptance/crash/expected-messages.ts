import type { DocumentStatus } from '../facts.ts'

/** A row of changes.history: Debezium's envelope with topic and key. */
export interface HistoryEvent {
  topic: string
  key: string
  position: string
  value: { op: 'c' | 'u' | 'd' | 'r'; before: Row | null; after: Row | null }
}

interface Row {
  version: number
  status: DocumentStatus
  title: string
  deleted_at: string | null
}

/** The messages that subscribers of a document get for an event: the type, and the version or the signature's id. */
export function expectedMessages({ topic, key, value: { op, before, after } }: HistoryEvent): string[] {
  if (topic === 'cdc.signatures') return op === 'c' ? [`signature.added ${key}`] : []
  if (op === 'r') return []
  if (op === 'c') return [`document.created ${after!.version}`]
  if (op === 'd') return before!.deleted_at ? [] : [`document.deleted ${before!.version}`]
  if (after!.deleted_at) return before!.deleted_at ? [] : [`document.deleted ${after!.version}`]
  const types = [
    ...(before!.title === after!.title ? [] : ['document.updated']),
    ...(before!.status === after!.status ? [] : [statusMessage(after!.status)]),
  ]
  return types.map((type) => `${type} ${after!.version}`)
}

const statusMessage = (status: DocumentStatus): string =>
  ['sent', 'viewed', 'signed'].includes(status) ? `document.${status}` : 'document.status_changed'
