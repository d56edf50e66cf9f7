import { type DocumentStatus } from '../api/client.ts'
import { t } from '../text/catalogue.ts'

/** The status as a word; the colour repeats it. */
export function StatusBadge({ status }: { status: DocumentStatus }) {
  return <span class={`badge ${status}`}>{t(`document.status.${status}`)}</span>
}
