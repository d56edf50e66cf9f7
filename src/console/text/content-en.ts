/** About the content of a document, in English. */
export const CONTENT_EN = {
  'content.title': 'Content',
  'content.empty': 'This document has no content.',
  'content.cut': 'This is the beginning. Download the file to read all of it.',
  'content.partly': 'More of this file is being read. It appears here in a moment.',
  'content.page': 'The search found page {page}.',
  'content.pageOf': 'Page {page} of {total}',
  'content.pageText': 'Text of page {page}',
  'content.pageLost': 'Page {page} cannot be shown. Download the file to see it.',
  'content.morePages': 'These are the first {count} pages. Download the file to see all of them.',
  'content.text.scan':
    'The text of this file is not read: it is a scan, and reading scans is off. An administrator can turn it on. Searches find this file by its title only.',
  'content.text.locked':
    'The text of this file is not read: a password protects it. Searches find this file by its title only.',
  'content.text.none': 'No text was found in this file. Searches find it by its title only.',
  'content.text.unread': 'The text of this file could not be read. Searches find it by its title only.',
  'content.text.pending': 'The text of this file is being read. It appears here in a moment.',
  'content.text.indexed': 'This file has no text.',
  'content.text.empty':
    'This file has no text that can be shown here. Download it to open it on this device.',
  'content.text.failed': 'The text of this file cannot be read. Download it to open it on this device.',
} as const
