import type { Tokens } from '../../auth/tokens.ts'
import { openLocalDocuments } from './local.ts'
import type { Documents } from './port.ts'

export interface DocumentsOptions {
  /** the document role, where it runs in this process */
  role: Documents | undefined
  /** milliseconds that a call over gRPC may take */
  deadlineMs: number
  /** signs the tokens of calls over gRPC; undefined: they carry none */
  tokens: Tokens | undefined
  /** the role that calls */
  caller: string
}

/**
 * `local:` the document role of this process; `grpc://host:port,host:port` that of others, which share the calls.
 * @throws Error when the URL is no such URL, or `local:` is asked for where the document role does not run
 */
export async function openDocuments(url: string, options: DocumentsOptions): Promise<Documents> {
  if (url === 'local:') {
    if (!options.role) {
      throw new Error(
        'local: needs the document role in the same process: start it too, or name grpc://host:port',
      )
    }
    return openLocalDocuments(options.role)
  }
  const addresses = addressesOf(url)
  if (addresses === undefined)
    throw new Error(`${url} names no document role: write local: or grpc://host:port,host:port`)
  const { openGrpcDocuments } = await import('./grpc.ts')
  return openGrpcDocuments({ addresses, ...options })
}

/** undefined where one of them is no `host:port` */
function addressesOf(url: string): string[] | undefined {
  const addresses = /^grpc:\/\/([^/]+)\/?$/i.exec(url)?.[1]?.split(',')
  const isAddress = (text: string): boolean => /^(?:\[[\da-f:.]+\]|[\w.-]+):\d{1,5}$/i.test(text)
  return addresses?.every(isAddress) ? addresses : undefined
}
