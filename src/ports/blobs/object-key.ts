/** Segments of letters, digits, `-`, `_` and `.`, none of which begins with a dot: nothing leads out of the bucket. */
const KEY = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/
const MAX_KEY_CHARS = 200

/** @throws Error unless it is the key of an object: a defect of the caller */
export function checkKey(key: string): void {
  if (!KEY.test(key) || key.length > MAX_KEY_CHARS)
    throw new Error(`not a key of an object: ${key.slice(0, 250)}`)
}
