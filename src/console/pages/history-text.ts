import { type DocumentStatus, type HistoryEntry } from '../api/client.ts'
import { principalName } from './principal-name.ts'
import { isTextKey, t } from '../text/catalogue.ts'

/** What an entry tells, in one sentence; several where a document was changed in several ways. */
export function textsOf(entry: HistoryEntry): string[] {
  const { action, details, values } = entry
  const role = t(keyOr(`access.role.${String(details['role'])}`, 'access.role'))
  switch (action) {
    case 'document.created':
      return [t('history.created', { name: values.created_by ?? t('history.someone') })]
    case 'document.changed':
      return changesOf(details, values)
    case 'access.given':
      return [t('history.given', { name: granteeOf(entry), role })]
    case 'access.taken':
      return [t('history.taken', { name: granteeOf(entry) })]
    case 'signature.added':
      return [t('history.signed', { name: values.signer_name ?? t('history.someone') })]
    case 'refused':
      return [t(keyOr(`history.refused.${String(details['tried'])}`, 'history.refused.read'))]
    default:
      return [t(`history.${action}`)]
  }
}

/** Whose access was changed; why there is no name, where there is none. */
function granteeOf({ values: { principal }, withheld, erased }: HistoryEntry): string {
  if (principal !== undefined) return principalName(principal)
  if (withheld.includes('principal')) return t('history.withheld')
  return t(erased.includes('principal') ? 'history.erasedPerson' : 'history.someone')
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
  const who = erased.includes('actor') ? t('history.erased') : actor === undefined ? '' : principalName(actor)
  const kind = by === 'person' ? '' : t(`history.by.${by}`)
  return [kind, who, client_address].filter((part) => part !== undefined && part !== '').join(' · ')
}

const keyOr = <Key extends Parameters<typeof t>[0]>(key: string, other: Key) => (isTextKey(key) ? key : other)
