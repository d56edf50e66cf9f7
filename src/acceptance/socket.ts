import { openSocket as open, type Socket } from '../testing/socket.ts'
import type { ServiceUrls } from '../testing/service-process.ts'
import { send } from './requests.ts'

export type { Message, Socket } from '../testing/socket.ts'

/** Subscribes to a document with a plain WebSocket; without `token` it asks for one as a developer would. */
export async function openSocket(
  urls: Pick<ServiceUrls, 'ws'>,
  documentId: string,
  last?: string,
  token?: string,
): Promise<Socket> {
  const url = `${urls.ws}/auth/token?user_id=tester&email=t@example.com`
  const minted = token ?? (await send<{ access_token: string }>(url)).body.access_token
  return open(urls.ws, documentId, { token: minted, ...(last !== undefined && { last }) })
}
