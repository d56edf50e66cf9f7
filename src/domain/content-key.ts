/** Key of a document's content in the bucket `documents`. */
export const contentKey = (documentId: string): string => `${documentId}/content`

/** Key of what was read of a content of this type, in the same bucket. */
export function textKey(sha256: string, contentType: string): string {
  const type = contentType.toLowerCase().replaceAll(/[^\w-]+/g, '.')
  return `texts/${sha256}/of-${type.slice(0, 100)}`
}

/** The SHA-256 in a key of `textKey`; undefined for any other key. */
export const sha256OfTextKey = (key: string): string | undefined => /^texts\/([\da-f]{64})\//.exec(key)?.[1]

/** Raised when pages are drawn in another way: pictures of the way before are not found any more. */
const DRAWING = 'v1'

/** Key of what was drawn of a content, in the bucket `previews`. @param name such as `page-3-at-2` */
export const pageKey = (sha256: string, name: string): string => `${sha256}/${DRAWING}/${name}`

/** The SHA-256 in a key of `pageKey`; undefined for any other key. */
export const sha256OfPageKey = (key: string): string | undefined => /^([\da-f]{64})\//.exec(key)?.[1]
