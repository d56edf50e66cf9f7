/** A new idempotency key. Not randomUUID, which pages over plain HTTP do not have. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-')
}
