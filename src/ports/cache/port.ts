import type { Reach } from '../../domain/access.ts'
import type { KeptDocument } from '../../domain/document-fields.ts'
import type { DocumentText } from '../../domain/document-text.ts'

/** What a cache has of one document. */
export interface CachedState {
  document?: KeptDocument | 'unreadable'
  /** the views that it counts itself */
  views?: number
}

/**
 * The document cache and the view counters. They are one port because a cached read and its view are one round trip.
 * An older version never replaces a newer one; losing the cache makes reads slower, never wrong. A document whose text is
 * pending is not kept, because it changes without a new version.
 */
export interface DocumentCache {
  /**
   * The cached document, or undefined: then the caller reads the row and calls `fill`. Its view is counted where it is
   * within reach; the caller refuses it otherwise.
   */
  read(id: string, viewer: string | undefined, reach: Reach): Promise<DocumentText | undefined>
  /** Caches a row that was just read, unless a newer version or a removal is known, and counts its view. */
  fill(document: KeptDocument, viewer: string | undefined): Promise<void>
  /**
   * Before a change is written: nothing of the document is read from the cache until `update`, `remove` or `release`
   * ends it, or some time has passed. A subscriber can learn of a change before the process that wrote it knows that it
   * is committed, and reads the document then.
   */
  hold(id: string): Promise<void>
  /** Ends a hold whose write has changed nothing. */
  release(id: string): Promise<void>
  /**
   * After a change, whose hold it ends, or an insert: caches the new version, or this version with its text (never replaces a
   * newer one).
   */
  update(document: KeptDocument): Promise<void>
  /** After a deletion with this version, whose hold it ends. */
  remove(id: string, version: number): Promise<void>
  /** Of every view whose read has been answered. Unique views may be an estimate, as that of a HyperLogLog. */
  stats(id: string): Promise<{ total_views: number; unique_views: number }>
  /**
   * What the cache itself has of these documents; no view is counted.
   * @throws DomainError unavailable when that cannot be known
   */
  inspect(ids: readonly string[]): Promise<Map<string, CachedState>>
  /**
   * Removes everything of a document, also what is newer than its row, so that it is made from the database again.
   * @param floor versions up to this one are not cached again
   * @throws DomainError unavailable
   */
  forget(id: string, floor: number): Promise<void>
  /** Resolves also while a cache server is unavailable: reads are slower then, but correct. The log has its state. */
  check(): Promise<void>
  /** Counted views are durable when it resolves. */
  stop(): Promise<void>
}
