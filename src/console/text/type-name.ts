import { t } from './catalogue.ts'

/** Names of types that people know; they are the same in all languages. */
const NAMES: Record<string, string> = {
  'application/json': 'JSON',
  'application/msword': 'Word',
  'application/pdf': 'PDF',
  'application/rtf': 'RTF',
  'application/epub+zip': 'EPUB',
  'application/vnd.oasis.opendocument.presentation': 'OpenDocument',
  'application/vnd.oasis.opendocument.spreadsheet': 'OpenDocument',
  'application/vnd.oasis.opendocument.text': 'OpenDocument',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'PowerPoint',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'Excel',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'Word',
  'text/html': 'HTML',
  'text/markdown': 'Markdown',
  'text/plain': 'Text',
}

/** @param contentType a media type; one without a known name gives its second part, such as `PNG` */
export function typeName(contentType: string): string {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase()
  if (type === 'message/rfc822') return t('type.email')
  return NAMES[type] ?? (type.split('/')[1] ?? type).replace(/^(x-|vnd\.)/, '').toUpperCase()
}
