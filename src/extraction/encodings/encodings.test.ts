import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import iconv from 'iconv-lite'
import { silentLogger } from '../../runtime/logger.ts'
import { contentTypeOf } from '../content-type.ts'
import { joinedText } from '../../testing/joined-text.ts'
import { createExtractor } from '../extractor.ts'

const extractor = createExtractor({ log: silentLogger, limits: { timeoutMs: 60_000 } })
after(() => extractor.stop())

async function textOf(contentType: string, bytes: Uint8Array, title?: string): Promise<string> {
  const extraction = await extractor.extract({ contentType, bytes, ...(title !== undefined && { title }) })
  assert.equal(extraction.outcome, 'text', JSON.stringify(extraction))
  return extraction.outcome === 'text' ? joinedText(extraction.parts) : ''
}

const RUSSIAN = 'Арендатор обязуется оплатить'
const JAPANESE = '秘密保持契約書 甲と乙は次のとおり'

for (const encoding of ['utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be']) {
  for (const text of ['The retainer is payable', RUSSIAN, `${JAPANESE}\n第1条 😀`]) {
    test(`a byte order mark of ${encoding} decides: ${text.slice(0, 5)}`, async () => {
      const bytes = iconv.encode(text, encoding, { addBOM: true })
      for (const type of ['text/plain', 'text/plain; charset=iso-8859-1', 'application/octet-stream'])
        assert.equal(await textOf(type, bytes), text, type)
      assert.equal(await contentTypeOf('notes.txt', bytes), 'text/plain')
      assert.equal(await contentTypeOf('page.html', bytes), 'text/html')
    })
  }
}

for (const encoding of ['utf-16le', 'utf-16be', 'utf-32le', 'utf-32be']) {
  test(`${encoding} without a mark is known by its NUL bytes`, async () => {
    const html = iconv.encode(`<p>${JAPANESE}</p>\n<p>${RUSSIAN}`, encoding)
    assert.equal(await textOf('text/html', html), `${JAPANESE}\n\n${RUSSIAN}`)
    assert.equal(
      await textOf('application/octet-stream', iconv.encode('plain words', encoding)),
      'plain words',
    )
  })
}

const CYRILLIC = iconv.encode(RUSSIAN, 'windows-1251')
const declared: [string, string, Uint8Array | string, string][] = [
  ['the charset of the transport', 'text/plain; charset="koi8-r"', iconv.encode('да', 'koi8-r'), 'да'],
  ['a code page of DOS', 'text/plain; charset=cp850', iconv.encode('Müßig', 'cp850'), 'Müßig'],
  ['UTF-7', 'text/plain; charset=utf-7', '+AOk-', 'é'],
  [
    'UTF-16 of the transport, without NUL',
    'text/plain; charset=utf-16le',
    iconv.encode('契約書', 'utf-16le'),
    '契約書',
  ],
  ['the transport before the file', 'text/html; charset=koi8-r', '<meta charset=latin1>\xc4\xc1', 'да'],
  ['meta charset', 'text/html', "<html><META  charset = 'windows-1251'>\xc4\xe0", 'Да'],
  [
    'meta http-equiv',
    'text/html',
    '<meta http-equiv=content-type content="text/html; charset=windows-1251">\xc4\xe0',
    'Да',
  ],
  [
    'not a meta in a comment',
    'text/html',
    '<!-- <meta charset=koi8-r> --><meta charset=windows-1251>\xc4\xe0',
    'Да',
  ],
  [
    'an XML declaration',
    'application/xml',
    '<?xml version="1.0" encoding="windows-1251"?><a>\xc4\xe0</a>',
    'Да',
  ],
  [
    'an XML declaration of XHTML',
    'application/xhtml+xml',
    "<?xml version='1.0' encoding='shift_jis' ?><p>\x8c\x5f\x96\xf1",
    '契約',
  ],
  ['a charset that is unknown', 'text/plain; charset=klingon', Buffer.from('é'), 'é'],
  ['a charset that is no text', 'text/plain; charset=base64', 'AAAA', 'AAAA'],
  ['UTF-8 that is none', 'text/plain; charset=utf-8', CYRILLIC, RUSSIAN],
  ['UTF-16 in a file that is read without it', 'text/html', '<meta charset=utf-16>a\xc3\xa9', 'aé'],
  [
    'windows-1251 of a text that was converted to UTF-8',
    'text/html',
    Buffer.from(`<meta charset=windows-1251>${RUSSIAN}`),
    RUSSIAN,
  ],
  [
    'Shift_JIS of a text that was converted to UTF-8',
    'text/plain; charset=shift_jis',
    Buffer.from(JAPANESE),
    JAPANESE,
  ],
]
for (const [name, contentType, content, expected] of declared) {
  test(`declared: ${name}`, async () => {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content
    assert.equal(await textOf(contentType, bytes), expected)
  })
}

const detected: [encoding: string, text: string][] = [
  ['windows-1251', RUSSIAN],
  ['koi8-r', RUSSIAN],
  ['cp866', RUSSIAN],
  ['shift_jis', JAPANESE],
  ['euc-jp', JAPANESE],
  ['gbk', '本合同由双方签订，自签字之日起生效'],
  ['big5', '本合約由雙方簽訂，自簽字之日起生效'],
  ['euc-kr', '계약서를 작성한다'],
  ['windows-1253', 'Η σύμβαση υπογράφεται από τα μέρη'],
  ['windows-1255', 'החוזה נחתם על ידי הצדדים'],
  ['windows-1256', 'العقد موقع من قبل الطرفين'],
  ['windows-1250', 'Smlouva byla podepsána, příloha žluťoučký kůň'],
  ['windows-1254', 'Sözleşme taraflarca imzalanmıştır ığ'],
  ['windows-874', 'สัญญาเช่าฉบับนี้'],
  ['windows-1252', 'café'],
]
for (const [encoding, text] of detected) {
  test(`detected: ${encoding}`, async () => {
    const bytes = iconv.encode(text, encoding)
    assert.equal(await textOf('text/plain', bytes), text)
    const late = Buffer.concat([Buffer.from('ascii line\n'.repeat(20_000)), bytes])
    assert.ok((await textOf('text/plain', late)).endsWith(text))
  })
}

test('ISO-2022-JP is known by its escape sequences', async () => {
  const bytes = Buffer.from('\x1b$B7@Ls\x1b(B ok', 'latin1')
  assert.equal(await textOf('text/plain', bytes), '契約 ok')
  assert.equal(await textOf('text/plain', Buffer.from('\x1b[1mbold\x1b[0m')), '[1mbold[0m')
})

test('one bad byte, or an end within a character, does not turn UTF-8 into something else', async () => {
  const bytes = Buffer.concat([
    Buffer.from('é'.repeat(10)),
    Buffer.from([0xff]),
    Buffer.from('漢').subarray(0, 2),
  ])
  assert.equal(await textOf('text/plain', bytes), `${'é'.repeat(10)}\ufffd\ufffd`)
})

test('binary with the beginning of a byte order mark is no text', async () => {
  const bytes = Buffer.concat([
    Buffer.from([0xff, 0xfe]),
    Buffer.from('0001020304050607d8ffdc00ffff'.repeat(99), 'hex'),
  ])
  const extraction = await extractor.extract({ contentType: 'application/octet-stream', bytes })
  assert.equal(extraction.outcome, 'empty')
})
