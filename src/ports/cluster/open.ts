import type { Logger } from '../../runtime/logger.ts'
import type { Cluster } from './port.ts'

/** What the adapters need from the program. */
export interface ClusterResources {
  /** prefix of the topic names */
  prefix: string
  /** name of this process, for the broker's logs */
  instance?: string | undefined
  log: Logger
}

/**
 * `local:` is a cluster of this process alone; `kafka://host:port` exchanges messages over a topic.
 * @throws Error when no adapter has this scheme
 */
export async function openCluster(url: string, resources: ClusterResources): Promise<Cluster> {
  if (url === 'local:') {
    const { createLocalCluster } = await import('./local.ts')
    return createLocalCluster()
  }
  if (/^kafkas?:/.test(url)) {
    const { openKafkaCluster } = await import('./kafka.ts')
    return openKafkaCluster({ ...resources, url })
  }
  throw new Error(`${url.split(':')[0]}: is not a cluster: use local: or kafka://host:port`)
}
