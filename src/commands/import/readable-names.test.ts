import assert from 'node:assert/strict'
import { test } from 'node:test'
import iconv from 'iconv-lite'
import { readableNames } from './readable-names.ts'

const NAMES: Record<string, string[]> = {
  'windows-1251': ['Договор аренды.pdf', 'Счёт №5.txt', 'Приложение.doc'],
  'koi8-r': ['Договор аренды.pdf', 'Счет.txt', 'Приложение.doc'],
  shift_jis: ['契約書.pdf', '請求書2024.txt', '添付資料.doc'],
  'euc-kr': ['계약서.pdf', '청구서.txt', '첨부.doc'],
  gbk: ['合同.pdf', '发票2024.txt', '附件.doc'],
  big5: ['合約.pdf', '發票2024.txt', '附件.doc'],
  'windows-1252': ['Küste.txt', 'Kündigung.pdf', 'Übergabe Maß.doc'],
  'windows-1250': ['Umowa najmu ślub.pdf', 'Załącznik żółty.txt', 'Zażółć.doc'],
  'windows-1253': ['Μίσθωση.pdf', 'Τιμολόγιο.txt', 'Παράρτημα.doc'],
  'windows-1256': ['عقد إيجار.pdf', 'فاتورة.txt', 'ملحق.doc'],
}

const textsOf = async (paths: Buffer[], given?: string) =>
  (await readableNames(paths, given)).map(({ text }) => text)

test('names that are not UTF-8 tell their encoding together, beside others that are', async () => {
  for (const [encoding, names] of Object.entries(NAMES)) {
    const paths = names.map((name) => iconv.encode(name, encoding))
    const folder = Buffer.from('Ünïcode/')
    const below = Buffer.concat([folder, paths[0]!])
    assert.deepEqual(
      await textsOf([...paths, folder, below]),
      [...names, 'Ünïcode/', `Ünïcode/${names[0]}`],
      encoding,
    )
  }
})

test('an encoding that is given is taken, and bytes that are nothing in it stay apart', async () => {
  const name = iconv.encode('Договор.pdf', 'cp866')
  assert.deepEqual(await readableNames([name, Buffer.from('a.txt')], 'IBM866'), [
    { text: 'Договор.pdf', encoding: 'ibm866' },
    { text: 'a.txt' },
  ])
  const others = await readableNames([Buffer.from([0xff, 0x31]), Buffer.from([0xfe, 0x31])], 'shift_jis')
  assert.deepEqual(others, [
    { text: 'ÿ1', encoding: 'latin1' },
    { text: 'þ1', encoding: 'latin1' },
  ])
})
