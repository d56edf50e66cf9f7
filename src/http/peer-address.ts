import { isIP, SocketAddress } from 'node:net'

/**
 * An IP address in the form of RFC 5952, without the zone of a link-local address, which means nothing elsewhere (RFC 4007,
 * 11); an IPv4 address that came through an IPv6 socket as IPv4.
 * @returns `unknown` for any other text
 */
export function peerAddress(text = ''): string {
  const [bare = ''] = text.split('%', 1)
  if (isIP(bare) !== 6) return isIP(bare) === 4 ? bare : 'unknown'
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' })
  const mapped = address.replace(/^::ffff:/, '')
  return isIP(mapped) === 4 ? mapped : address
}

/** The address in `127.0.0.1:40012` or `[::1]:40012`; without a port, the same text. */
export function addressWithoutPort(peer: string): string {
  const [, bracketed, plain] = /^(?:\[(.*)\]|([^:]*))(?::\d+)?$/.exec(peer) ?? []
  return bracketed ?? plain ?? peer
}
