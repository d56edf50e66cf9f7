/** When a verified token expires, Unix time in milliseconds; Infinity when it does not (RFC 7519, 4.1.4). */
export function expiryOf(token: string): number {
  const payload = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { exp?: unknown }
  return typeof payload.exp === 'number' ? payload.exp * 1000 : Infinity
}
