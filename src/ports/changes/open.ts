import { openWalFeed, type WalFeed, type WalFeedOptions } from './wal.ts'

/**
 * The change feed that a URL names: `wal:` reads the database's own log in this process.
 * @throws Error when no adapter has this scheme
 */
export async function openChanges(url: string, options: WalFeedOptions): Promise<WalFeed> {
  if (url === 'wal:') return openWalFeed(options)
  throw new Error(`${url} names no change feed: write wal:`)
}
