import type { Tokens } from '../../auth/tokens.ts'
import type { Database } from '../../db/database.ts'
import { isShared } from '../adapters.ts'
import type { GrpcIdentitiesOptions } from './grpc.ts'
import type { Identities } from './port.ts'

export interface IdentitiesResources extends Omit<GrpcIdentitiesOptions, 'url'> {
  /** this and the tokens where the document role runs in this process */
  database: Database | undefined
  tokens: Tokens | undefined
}

/**
 * The tables of the document role where it runs here, else that role where `documents.url` names it.
 * @param url documents.url
 * @returns undefined: this process can ask nobody
 */
export async function openIdentities(
  url: string,
  { database, tokens, ...options }: IdentitiesResources,
): Promise<Identities | undefined> {
  if (database && tokens) return (await import('./local.ts')).openLocalIdentities(database.pool, tokens)
  if (!isShared('documents', url)) return undefined
  return (await import('./grpc.ts')).openGrpcIdentities({ url, ...options })
}
