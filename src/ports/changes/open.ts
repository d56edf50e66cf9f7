import { adapterOf, type ChangesResources } from '../adapters.ts'
import type { OpenFeed } from './feed.ts'

/**
 * `wal:` reads the database's log in this process; `kafka://host:port` reads the topics that Debezium writes.
 * @throws Error when no driver has this scheme
 */
export const openChanges = async (url: string, resources: ChangesResources): Promise<OpenFeed> =>
  adapterOf('changes', url).open(url, resources)
