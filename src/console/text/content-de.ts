import type { CONTENT_EN } from './content-en.ts'

/** About the content of a document, in German. */
export const CONTENT_DE: Record<keyof typeof CONTENT_EN, string> = {
  'content.title': 'Inhalt',
  'content.empty': 'Dieses Dokument hat keinen Inhalt.',
  'content.cut': 'Das ist der Anfang. Laden Sie die Datei herunter, um alles zu lesen.',
  'content.partly': 'Mehr von dieser Datei wird gelesen und erscheint hier gleich.',
  'content.page': 'Die Suche hat Seite {page} gefunden.',
  'content.pageOf': 'Seite {page} von {total}',
  'content.pageText': 'Text der Seite {page}',
  'content.pageLost':
    'Seite {page} kann nicht gezeigt werden. Laden Sie die Datei herunter, um sie zu sehen.',
  'content.morePages': 'Das sind die ersten {count} Seiten. Laden Sie die Datei herunter, um alle zu sehen.',
  'content.text.scan':
    'Der Text dieser Datei wird nicht gelesen: Sie ist ein Scan, und das Lesen von Scans ist ausgeschaltet. Ein Administrator kann es einschalten. Die Suche findet die Datei nur über ihren Titel.',
  'content.text.locked':
    'Der Text dieser Datei wird nicht gelesen: Ein Passwort schützt sie. Die Suche findet die Datei nur über ihren Titel.',
  'content.text.none': 'In dieser Datei wurde kein Text gefunden. Die Suche findet sie nur über ihren Titel.',
  'content.text.unread':
    'Der Text dieser Datei konnte nicht gelesen werden. Die Suche findet sie nur über ihren Titel.',
  'content.text.pending': 'Der Text dieser Datei wird gelesen und erscheint hier gleich.',
  'content.text.indexed': 'Diese Datei hat keinen Text.',
  'content.text.empty':
    'Diese Datei hat keinen Text, der hier gezeigt werden kann. Laden Sie sie herunter, um sie zu öffnen.',
  'content.text.failed':
    'Der Text dieser Datei kann nicht gelesen werden. Laden Sie sie herunter, um sie zu öffnen.',
}
