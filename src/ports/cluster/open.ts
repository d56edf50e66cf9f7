import { adapterOf, type ClusterResources } from '../adapters.ts'
import type { Cluster } from './port.ts'

/**
 * Opens the cluster that belongs to a change feed.
 * @param url of the feed: `wal:` has a cluster of this process alone
 * @throws Error when no adapter has this scheme
 */
export const openCluster = async (url: string, resources: ClusterResources): Promise<Cluster> =>
  adapterOf('cluster', url).open(url, resources)
