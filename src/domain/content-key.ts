/** Key of a document's content in the bucket `documents`. */
export const contentKey = (documentId: string): string => `${documentId}/content`
