import assert from 'node:assert/strict'
import { test } from 'node:test'
import { titleOfContent, titleOfFile } from './document-title.ts'

test('a file is titled by its name without folders', () => {
  assert.equal(titleOfFile('contracts/2024/lease.pdf'), 'lease.pdf')
  assert.equal(titleOfFile('C:\\contracts\\lease.pdf'), 'lease.pdf')
  assert.equal(titleOfFile(' invoice\u202Efdp.exe '), 'invoicefdp.exe')
  assert.equal(titleOfFile('contracts/'), undefined)
  assert.equal(titleOfFile('\u200B'), undefined)
  assert.equal([...titleOfFile('😀'.repeat(300))!].length, 255)
})

test('the title that a content gives is taken in one line', () => {
  for (const title of [
    'Lease of 12 High Street',
    'Договор аренды',
    '契約書',
    'Untitled masterpiece',
    'Version 1.2',
    'A/B',
  ])
    assert.equal(titleOfContent(title), title)
  assert.equal(titleOfContent('  Lease\r\n of\tthe flat\0 '), 'Lease of the flat')
  assert.equal(titleOfContent('Microsoft Word - Lease of the flat'), 'Lease of the flat')
  assert.equal(titleOfContent('x'.repeat(300)), `${'x'.repeat(254)}…`)
  assert.equal(titleOfContent('\u202ELease'), 'Lease')
})

test('what a program wrote as a title is none', () => {
  const rubbish = [
    ...['', '  ', '\u200B', '12345', '---', '2024-01-05'],
    ...[
      'Untitled',
      'untitled-1',
      'Untitled Document',
      'Document1',
      'Dokument (2)',
      'Unbenannt 3',
      'Sans titre',
      '無題',
    ],
    ...[
      'PowerPoint Presentation',
      'PowerPoint-Präsentation',
      'Book1',
      'Slide 1',
      '[Title]',
      '<title>',
      '{{ title }}',
    ],
    ...[
      'Microsoft Word - x.doc',
      'Microsoft Word - Document1',
      'lease final.DOCX',
      'index.html',
      'thesis.dvi',
      'scan.tif',
    ],
    ...[
      'C:\\Users\\ada\\lease',
      '\\\\server\\share\\lease',
      '/tmp/print/job',
      'file:///tmp/x',
      'https://example.com/x',
    ],
    ...['d41d8cd98f00b204e9800998ecf8427e', '019aa1b2-0000-7000-8000-000000000001', 'Vertr\uFFFDge'],
  ]
  for (const title of rubbish) assert.equal(titleOfContent(title), undefined, title)
  assert.equal(titleOfContent(undefined), undefined)
})
