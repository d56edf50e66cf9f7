import type { Document } from '../api/client.ts'
import { explainUnread } from '../text/explain-text.ts'

/** Says beside a picture that its text was not read, and why. */
export function UnreadNote({ text }: { text: Document['text'] }) {
  const reason = explainUnread(text)
  return reason === undefined ? null : <p class="pad">{reason}</p>
}
