import { type Document, type DocumentStatus, type Signature } from '../api/client.ts'
import { Time } from '../parts/time.tsx'
import { type ChangeMessage } from '../parts/use-changes.ts'
import { t } from '../text/catalogue.ts'

interface Entry {
  key: string
  at: string
  text: string
}

interface HistoryProps {
  document: Document
  signatures: readonly Signature[]
  /** about changes, as far as the service keeps them */
  messages: readonly ChangeMessage[]
}

/** What has happened to a document, the newest first. */
export function History({ document, signatures, messages }: HistoryProps) {
  const entries = entriesOf({ document, signatures, messages })
  return (
    <section class="box">
      <div class="box-head">
        <h2>{t('history.title')}</h2>
      </div>
      <ol class="history">
        {entries.map(({ key, at, text }) => (
          <li key={key}>
            <span>{text}</span>
            <span class="dim">
              <Time at={at} />
            </span>
          </li>
        ))}
      </ol>
      <p class="pad dim small">{t('history.partly')}</p>
    </section>
  )
}

/** Creation and signatures come from the service's state, which is kept for ever; all else from messages. */
function entriesOf({ document, signatures, messages }: HistoryProps): Entry[] {
  const { created_at, created_by } = document
  const kept: Entry[] = [
    { key: 'created', at: created_at, text: t('history.created', { name: created_by }) },
    ...signatures.map(({ id, signed_at, signer_name }) => ({
      key: id,
      at: signed_at,
      text: t('history.signed', { name: signer_name }),
    })),
  ]
  const changes = messages.flatMap((message, index): Entry[] => {
    const text = textOf(message)
    return text === undefined ? [] : [{ key: message.position ?? String(index), at: message.timestamp, text }]
  })
  return [...kept, ...changes].sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
}

function textOf({ type, data }: ChangeMessage): string | undefined {
  if (type === 'document.updated') {
    const changed = data['changed'] as string[] | undefined
    return changed?.includes('title') ? t('history.updated', { title: String(data['title']) }) : undefined
  }
  const status = data['new_status'] as DocumentStatus | undefined
  return status === undefined ? undefined : t('history.moved', { status: t(`document.status.${status}`) })
}
