import { type RefObject } from 'preact'

/** Where a way of signing puts the function that gives the signature's data, or undefined where there is none yet. */
export type SourceRef = RefObject<(() => string | undefined) | undefined>
