import { type DocumentStatus, type HistoryEntry } from '../api/client.ts'
import { isTextKey, t } from '../text/catalogue.ts'

/** What an entry tells, in one sentence; several where a document was changed in several ways. */
export function textsOf({ action, details, values }: HistoryEntry): string[] {
  const role = t(keyOr(`access.role.${String(details['role'])}`, 'access.role'))
  switch (action) {
    case 'document.created':
      return [t('history.created', { name: values.created_by ?? t('history.someone') })]
    case 'document.changed':
      return changesOf(details, values)
    case 'access.given':
      return [t('history.given', { name: nameOf(values.principal), role })]
    case 'access.taken':
      return [t('history.taken', { name: nameOf(values.principal) })]
    case 'signature.added':
      return [t('history.signed', { name: values.signer_name ?? t('history.someone') })]
    case 'refused':
      return [t(keyOr(`history.refused.${String(details['tried'])}`, 'history.refused.read'))]
    default:
      return [t(`history.${action}`)]
  }
}

function changesOf(details: HistoryEntry['details'], { old_title, title }: HistoryEntry['values']): string[] {
  const status = details['status'] as DocumentStatus | undefined
  const texts = [
    ...(old_title !== undefined && title !== undefined ? [t('history.updated', { title })] : []),
    ...(status !== undefined ? [t('history.moved', { status: t(`document.status.${status}`) })] : []),
  ]
  return texts.length > 0 ? texts : [t('history.changed')]
}

/** Who it was and from which address, as far as the reader may know. */
export function sourceOf({ by, values: { actor, client_address }, erased }: HistoryEntry): string {
  const who = erased.includes('actor') ? t('history.erased') : actor === undefined ? '' : nameOf(actor)
  const kind = by === 'person' ? '' : t(`history.by.${by}`)
  return [kind, who, client_address].filter((part) => part !== undefined && part !== '').join(' · ')
}

/** People have the name `email:ADDRESS`. */
const nameOf = (principal = t('history.someone')): string => principal.replace(/^email:/, '')

const keyOr = <Key extends Parameters<typeof t>[0]>(key: string, other: Key) => (isTextKey(key) ? key : other)
