import type { Document } from '../api/client.ts'
import { t, type TextKey } from './catalogue.ts'

/** Reasons in the words of the service that have a text of their own here. */
const REASONS: [pattern: RegExp, key: TextKey][] = [
  [/extraction\.ocr/, 'content.text.scan'],
  [/^encrypted/, 'content.text.locked'],
]

/** Why searches do not find a document by its text; undefined where they do, or soon will. */
export function explainUnread({ state, reason = '' }: Document['text']): string | undefined {
  if (state !== 'empty' && state !== 'failed') return undefined
  const [, key] = REASONS.find(([pattern]) => pattern.test(reason)) ?? []
  return t(key ?? (state === 'empty' ? 'content.text.none' : 'content.text.unread'))
}
