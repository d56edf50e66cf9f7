/** An address of a peer as text; an IPv4 address that came through an IPv6 socket as IPv4. */
export function peerAddress(address: string | undefined): string {
  if (address === undefined) return 'unknown'
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

/** The address in `127.0.0.1:40012` or `[::1]:40012`. */
export function addressWithoutPort(peer: string): string {
  const port = peer.lastIndexOf(':')
  if (port < 0) return peer
  return peerAddress(peer.startsWith('[') ? peer.slice(1, port - 1) : peer.slice(0, port))
}
