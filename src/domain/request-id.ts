const REQUEST_ID = /^[\w.:-]{1,128}$/

/** The id that the client sent in `X-Request-Id`, if it is one that can be logged, or else a new one. */
export function requestIdOf(given: unknown, newId: () => string): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId()
}
