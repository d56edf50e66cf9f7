import type { Lsn } from '../../../db/lsn.ts'

/** A message of the streaming replication protocol (PostgreSQL documentation, 55.4, from "XLogData" on). */
export type StreamMessage =
  { kind: 'data'; lsn: Lsn; data: Buffer } | { kind: 'keepalive'; end: Lsn; replyRequested: boolean }

const XLOG_DATA = 0x77
const KEEPALIVE = 0x6b
const STANDBY_STATUS = 0x72
/** 2000-01-01, PostgreSQL's epoch, in milliseconds */
const EPOCH_MS = 946_684_800_000

export function readStreamMessage(chunk: Buffer): StreamMessage {
  if (chunk[0] === XLOG_DATA) {
    return { kind: 'data', lsn: chunk.readBigUInt64BE(1), data: chunk.subarray(25) }
  }
  if (chunk[0] === KEEPALIVE) {
    return { kind: 'keepalive', end: chunk.readBigUInt64BE(1), replyRequested: chunk[17] === 1 }
  }
  throw new Error(`unknown replication message from the server: ${chunk[0]}`)
}

/**
 * "Standby status update": written, flushed and applied up to `lsn`.
 * @param reply the server answers with a keepalive
 */
export function standbyStatus(lsn: Lsn, nowMs: number, reply: boolean): Buffer {
  const message = Buffer.alloc(34)
  message[0] = STANDBY_STATUS
  message.writeBigUInt64BE(lsn, 1)
  message.writeBigUInt64BE(lsn, 9)
  message.writeBigUInt64BE(lsn, 17)
  message.writeBigInt64BE(BigInt(nowMs - EPOCH_MS) * 1000n, 25)
  message[33] = reply ? 1 : 0
  return message
}
