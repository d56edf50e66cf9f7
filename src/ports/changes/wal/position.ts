import type { Position } from '../../../domain/change.ts'
import type { Lsn } from '../../../db/lsn.ts'

/**
 * `<epoch>-<LSN of the commit record, 16 hex>-<index within the transaction, 8 hex>`. Transactions arrive in the
 * order of their commits, so within an epoch positions compare as strings. A change has the same position each time.
 * Index 0 is before the transaction's first change.
 */
export interface WalPosition {
  epoch: string
  commit: Lsn
  index: number
}

export const POSITION_FORM = /^([0-9a-f]{16})-([0-9a-f]{16})-([0-9a-f]{8})$/

export function formatPosition(position: WalPosition): Position {
  return `${commitPrefix(position.epoch, position.commit)}${indexSuffix(position.index)}`
}

/** The common prefix of a transaction's positions. */
export function commitPrefix(epoch: string, commit: Lsn): string {
  return `${epoch}-${commit.toString(16).padStart(16, '0')}-`
}

export function indexSuffix(index: number): string {
  return index.toString(16).padStart(8, '0')
}

/** @returns undefined when the text is not a position of this driver */
export function parsePosition(position: Position): WalPosition | undefined {
  const parts = POSITION_FORM.exec(position)
  if (!parts) return undefined
  return { epoch: parts[1]!, commit: BigInt(`0x${parts[2]}`), index: Number.parseInt(parts[3]!, 16) }
}

/** Whether both are well-formed and of the same epoch, and `event` is not after `position`. */
export function isCovered(position: Position, event: Position): boolean {
  const epoch = parsePosition(position)?.epoch
  return epoch !== undefined && event.startsWith(`${epoch}-`) && event <= position
}
