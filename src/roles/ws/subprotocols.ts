import { DomainError } from '../../domain/errors.ts'

/** The only subprotocol (RFC 6455, 1.9) that is ever selected. */
export const PROTOCOL = 'docmgr.v1'
/** Begins an offered protocol that carries a token: the one header of a handshake that a browser lets pages set. */
const BEARER = 'bearer.'
const FIELD = 'header.sec-websocket-protocol'

/**
 * The token among the offered subprotocols. It is never selected, or it would be in the response.
 * @throws DomainError malformed-request where nothing else is offered: a browser fails when no protocol is selected
 */
export function protocolToken(header: string | undefined): string | undefined {
  const offered = header?.split(',').map((name) => name.trim()) ?? []
  const token = offered.find((name) => name.startsWith(BEARER))?.slice(BEARER.length)
  if (token === undefined || offered.includes(PROTOCOL)) return token
  const detail = `must offer ${PROTOCOL} beside ${BEARER}TOKEN`
  throw new DomainError('malformed-request', `${FIELD}: ${detail}`, { errors: [{ field: FIELD, detail }] })
}
