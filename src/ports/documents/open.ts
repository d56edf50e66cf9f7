import { adapterOf, type DocumentsResources } from '../adapters.ts'
import type { Documents } from './port.ts'

/**
 * `local:` calls the document role of this process; `grpc://host:port,host:port` those of other processes in turn.
 * @throws Error for another URL, or for `local:` where the document role does not run
 */
export const openDocuments = async (url: string, resources: DocumentsResources): Promise<Documents> =>
  adapterOf('documents', url).open(url, resources)
