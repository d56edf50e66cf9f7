import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { matchesPlan } from '../../../testing/match-plan.ts'
import { analyzeDocument } from '../analysis/analyze-document.ts'
import { parseQuery } from './parse-query.ts'
import { planQuery } from './plan-query.ts'

/** Whether the query finds a document with this text, in an index of documents in its language and English. */
async function finds(q: string, text: string): Promise<boolean> {
  const document = await analyzeDocument('', [{ text }])
  const languages = new Set(['en', ...document.languages])
  return matchesPlan(document, await planQuery(parseQuery(q).tree, [...languages]))
}

/** 60 words */
const NUMBERS = Array.from({ length: 60 }, (_, number) => `n${number}`).join(' ')

/** A text with queries that find it, and those that do not. */
type Case = [text: string, found: string[], missed?: string[]]

const cases = (title: string, all: readonly Case[]): void =>
  void test(title, async () => {
    const wrong: string[] = []
    for (const [text, found, missed = []] of all) {
      for (const q of found) if (!(await finds(q, text))) wrong.push(`${q} does not find: ${text}`)
      for (const q of missed) if (await finds(q, text)) wrong.push(`${q} finds: ${text}`)
    }
    assert.deepEqual(wrong, [])
  })

cases('phrases and identifiers are exact', [
  ['See Exhibit A attached.', ['"Exhibit A"', 'exhibit a'], ['"Exhibit B"']],
  ['Section 5(a) of the agreement', ['"5(a)"', '5(a)', '"section 5(a)"'], ['"5(b)"', '5(b)']],
  [
    'Section 7: apt-mark and apt-get',
    ['apt-mark', 'aptmark', 'apt-get apt-mark', '"7: apt-mark"'],
    ['apt-mark(7)', 'apt-get(8)', '8(apt-mark)'],
  ],
  ['The jury found him guilty.', ['guilty'], ['"not guilty"', '-guilty']],
  ['Write to b@x.org today', ['b@x.org', 'x.org'], ['a@x.org', '"a@x.org"']],
  ['The report of the WHO', ['WHO', '"the who"', 'who report'], ['"who report"']],
  ['The report of the committee', ['the report'], ['WHO report', 'WHO']],
  ['Shares of AT&T rose', ['AT&T', '"AT&T"', 'AT&T shares'], ['AT&S', '"T&AT"']],
  ['version 1.2.3 at 192.168.1.10', ['1.2.3', '192.168.1.10', '"192.168.1"'], ['1.2.4', '192.168.1.1']],
  ['第5条の規定による', ['第5条', '"第5条"', '第5条の規定'], ['第5項', '"第6条"', '第5条に']],
])
cases('every word counts, and long ones as a whole', [
  [
    `one ${'x'.repeat(70)}a two`,
    ['x'.repeat(70) + 'a', `"one ${'x'.repeat(70)}a"`],
    ['x'.repeat(70) + 'b', 'x'.repeat(70)],
  ],
  [`one ${'x'.repeat(70)}a two`, [`${'x'.repeat(30)}*`, `${'x'.repeat(70)}*`], [`${'x'.repeat(30)}y*`]],
  [
    NUMBERS,
    [NUMBERS, `"${NUMBERS}"`, `"${NUMBERS.split(' ').slice(7, 52).join(' ')}"`],
    [`${NUMBERS} absent`, `"${NUMBERS} absent"`],
  ],
  [NUMBERS, [`-"${NUMBERS} absent"`, `xylophone OR "${NUMBERS}"`], [`-"${NUMBERS}"`]],
  ['e\u0301'.repeat(80), ['é'.repeat(80), 'e'.repeat(80)], ['é'.repeat(79), 'é'.repeat(81)]],
  ['𝒳'.repeat(40) + ' 𠮷野家で', ['x'.repeat(40), '𠮷野', '𠮷'], ['𠮷家']],
])
cases('words in any form of their language', [
  ['Der Mieter hat die Kündigungen erhalten.', ['Kündigung', 'kuendigung', 'kundigung', 'KÜNDIGUNGEN']],
  ['Der Mieter hat die Kuendigungen erhalten.', ['Kündigung', 'kuendigung', 'Kündigungen']],
  ['Frau Müller und Herr Mueller unterschreiben', ['Müller', 'mueller', 'Muller']],
  ['Frau Müller', ['Müller', 'mueller', 'Muller', 'MÜLLER', 'mu\u0308ller']],
  ['Herr Mueller', ['Müller', 'mueller'], ['Muller']],
  ['Qrechnungen', ['Qrechnung', 'qrechnungen']],
  ['Qrechnung', ['Qrechnungen']],
  ['The tenants are cancelling their leases early', ['tenant', 'cancel', 'lease', "tenant's", 'leasing']],
  ["Les employeurs ont signé l'accord", ["l'employeur", 'accords', 'l’accord', "d'accord"], ["l'employé"]],
  ['Los arrendatarios pagarán las mensualidades', ['arrendatario', 'mensualidad', 'pagaran']],
  ['De huurders betalen de waarborgsommen', ['huurder', 'waarborgsommen', 'betaal OR betalen']],
  ['I locatari pagano gli affitti ogni mese', ['locatario', 'affitto', "l'affitto"]],
  ['Os inquilinos pagam as rendas mensais', ['inquilino', 'renda', 'mensal OR mensais']],
  ['Hyresgästerna betalar hyrorna varje månad', ['hyresgäst', 'hyra', 'hyresgaest', 'manad']],
  ['Vuokralaiset maksavat vuokransa kuukausittain', ['vuokra', 'vuokran', 'kuukausittain']],
  ['Арендаторы платят арендную плату ежемесячно', ['арендатор', 'арендной', 'АРЕНДАТОРА']],
  ['Орендарі сплачують орендну плату щомісяця', ['орендаря', 'орендної', 'плати']],
  ['Kiracılar kira bedellerini her ay öder', ['kiracı', 'KİRACI', 'kiraci', 'bedel']],
  ['Οι ενοικιαστές πληρώνουν τα ενοίκια κάθε μήνα', ['ενοικιαστής', 'ενοίκιο', 'ΕΝΟΙΚΙΟ']],
  ['A bérlők havonta fizetik a bérleti díjakat', ['bérlő', 'díj', 'berlok']],
  ['Chiriașii plătesc chiriile în fiecare lună', ['chiriaș', 'chiria', 'luna']],
  ['किरायेदारों को हर महीने किराया देना होगा', ['किरायेदार', 'महीना']],
  ['Strony zawarły umowy najmu mieszkań', ['umowa', 'umowę', 'strona', 'mieszkanie', 'umowami']],
  ['Smluvní strany uzavřely smlouvy o nájmu', ['smlouva', 'smlouvu', 'strana', 'nájem OR nájmu']],
  ['השוכר חתם על החוזה ועל ההסכמים', ['חוזה', 'שוכר', 'הסכם', 'בחוזה', 'החוזים']],
  ['طرفین قراردادهای اجاره را امضا کردند', ['قرارداد', 'قراردادها', 'طرف']],
  ['Līgumslēdzēji parakstīja līgumus', ['līgums', 'līgumu', 'ligums']],
  ['Наемателите плащат наемите всеки месец', ['наемател', 'наем']],
  ['Zakupci plaćaju zakupninu; ugovori i ugovora', ['zakupnina', 'ugovor']],
  ['يدفع المستأجرون الإيجارات كل شهر', ['مستأجر', 'المستأجر', 'ايجار', 'الايجارات']],
])
cases('marks and ignorable characters', [
  ['قال مُحَمَّد', ['محمد', 'مُحَمَّد']],
  ['محمد', ['مُحَمَّد', 'محـــمد']],
  ['شَلום שָׁלוֹם', ['שלום', 'שָׁלוֹם']],
  [
    'con\u2060tract and lea\u200ese and no\u00adtice and a\ufeffb',
    ['contract', 'lease', 'notice', '"contract and lease"', 'ab'],
  ],
  ['contract', ['con\u200btract', 'con\u00adtract', '\u202acontract\u202c']],
  ['葛\u{e0100}城市', ['葛城', '葛\u{e0101}城', '葛']],
  ['می\u200cخواهم', ['میخواهم', 'می\u200cخواهم']],
  [
    'Tiếng Việt: hợp đồng thuê nhà',
    ['hop dong', '"hợp đồng"', 'HỢP ĐỒNG', 'tieng viet', '"hop dong thue nha"'],
  ],
  ['la\u0308nge 5\ufe0f\u20e3 ❤\ufe0f👩\u200d👧 done', ['länge', 'laenge', '5', 'done']],
  ['ܫܠܡܐ ܫܠܳܡܳܐ', ['ܫܠܡܐ']],
])
cases('case and letters', [
  ['STRASSE Straße STRAẞE', ['straße', 'strasse', 'STRASSE']],
  ['İSTANBUL ISPARTA ılıca', ['istanbul', 'ısparta', 'Isparta', 'ILICA', 'İstanbul']],
  ['ΟΔΥΣΣΕΥΣ', ['Οδυσσεύς', 'οδυσσευς']],
  ['ﬁnancial oﬃce ﬂat', ['financial', 'office', 'flat', '"financial office"']],
  ['financial office', ['ﬁnancial', 'oﬃce']],
  ['Ｆｕｌｌ ｗｉｄｔｈ １２３', ['full', 'width', '123', '"full width 123"']],
  ['Łódź Ørsted Đorđe Þór Ǆ œuvre', ['lodz', 'orsted', 'oersted', 'dorde', 'thor', 'dz', 'oeuvre']],
  ['ещё ЁЛКА', ['еще', 'елка', 'ёлка']],
  ['Acme™ Corp® ㈱山田 №5 ℃', ['acme', 'acme corp', '山田', '5', '"山田"']],
  ['CO₂ und H₂O, Lieferant² und 20 m²', ['co2', 'CO₂', 'h2o', 'lieferant', 'm²', 'm2']],
  ['𝐂𝐨𝐧𝐭𝐫𝐚𝐜𝐭 Ⅳ', ['contract', 'iv', 'Ⅳ']],
])
cases('scripts without spaces', [
  [
    'サーバー2台を設置する',
    ['サーバー', 'サーバー2台', '2台', 'ｻｰﾊﾞｰ', 'サーバ', '"サーバー2"'],
    ['ザーバー', '3台'],
  ],
  ['ユーザーIDの登録', ['ユーザー', 'ID', 'ユーザーID', '登録', 'の', '"IDの登録"'], ['登記']],
  ['ｶﾞｲﾄﾞﾗｲﾝ', ['ガイド', 'ｶﾞｲﾄﾞ', 'ガイドライン', 'ｲﾄﾞ'], ['カイト']],
  ['か\u3099っこう', ['がっこう'], ['かっこう']],
  ['계약서를 작성한다', ['계약서', '계약', '서를', '작성', '계약서를', '"계약서를 작성"', '계'], ['작계']],
  ['계약서'.normalize('NFD'), ['계약서', '계약'.normalize('NFD')]],
  ['မြန်မာနိုင်ငံ', ['မြန်မာ', 'နိုင်ငံ']],
  ['สัญญาเช่าระหว่างผู้ให้เช่า', ['สัญญา', 'สัญญาเช่า', 'ผู้ให้เช่า', 'เช่า'], ['เช่าสัญญา']],
  ['ສັນຍາເຊົ່າ', ['ສັນຍາ', 'ເຊົ່າ']],
  ['កិច្ចសន្យាជួលផ្ទះ', ['កិច្ចសន្យា', 'ផ្ទះ']],
  ['本合同由甲乙双方签署', ['合同', '甲乙双方', '签署', '甲', '合同 签署', '"本合同由甲"'], ['合由', '乙甲']],
  ['東京都の契約書ABCの控え', ['契約書ABC', '契約', 'abc', '"ABCの控え"', '東京 契約', '都の契'], ['京東']],
])
cases('apostrophes and hyphens', [
  ['їх пʼять', ["п'ять", 'п’ять', 'пʼять', 'п`ять', 'п´ять'], ['ять’п']],
  ["п'ять", ['пʼять', '"пʼять"']],
  ['Qurʾān and ʿAbd', ["qur'an", 'Qurʾān', 'abd', "'abd"]],
  ['O’Brien', ["o'brien", 'O´Brien', 'O′Brien', '"O\'Brien"']],
  ["the tenant's deposit", ['tenant', 'tenants', "tenant's", '"tenant\'s deposit"']],
  ['an e-mail address', ['email', 'e-mail', 'e‑mail', '"e-mail address"', 'E-Mail']],
  ['an email address', ['e-mail', 'E‐mail', 'email'], ['"e-mail"']],
  ['COVID-19 rules, co-operation', ['covid19', 'covid-19', 'covid', 'cooperation'], ['covid-20']],
  ['Mietvertrags-Entwurf', ['Mietvertragsentwurf', 'Entwurf']],
  ['lease and agreement', ['-e-mail'], ['-lease', '-agreement']],
])
cases('numbers with and without separators', [
  ['a sum of 2,450.00 euros', ['2450', '2,450', '2450.00', '"2,450.00"'], ['245', '450', '"2,450.01"']],
  ['Summe 1.234,56 EUR', ['1234,56', '1.234,56', '1234'], ['123456']],
  [
    'IBAN DE89 3704 0044 0532 0130 00 bei der Bank',
    ['DE89370400440532013000', 'DE89 3704 0044 0532 0130 00'],
  ],
  ['IBAN: DE89370400440532013000', ['DE89 3704 0044 0532 0130 00', 'iban DE89370400440532013000']],
  ['Tel 030 123 45 67 oder 030 7654321', ['0301234567', '030 1234567', '0307654321']],
  ['Call +49 (30) 123-4567', ['+49301234567', '49301234567']],
  ['mix 1½ cups', ['1½', 'cups'], ['112', '11']],
  ['Preis: 15 000 EUR', ['15000', '15 000', '"15 000"', '15.000'], ['"15.001"']],
  [
    'Cena 1 234 567,89 zł',
    ['1234567,89', '1.234.567,89', '1234567.89', '1 234 567,89'],
    ['1234567,88', '"1234567,89"'],
  ],
  ['Preis: 15\u202f000,50 €', ['15000', '15000,50', '15\u00a0000,50']],
  ["CHF 1'250'000.– oder 1’250’000", ['1250000', "1'250'000"]],
  ['Rs 12,34,567 only', ['1234567', '12,34,567', '"12,34,567"']],
  ['for USD2,450.00 or 2450EUR', ['2450', 'USD2,450.00', '2450EUR']],
  ['المبلغ ٢٤٥٠ أو ٢٬٤٥٠٫٥٠', ['2450', '٢٤٥٠', '2450.50', '"٢٬٤٥٠٫٥٠"']],
  ['रु २४५०', ['2450']],
  ['ISBN 978-3-16-148410-0', ['9783161484100', '978-3-16-148410-0', '978 3161484100']],
  [
    'Karte 4111 1111 1111 1111 am 12.03.2024',
    ['4111111111111111', '12.03.2024', '12032024'],
    ['4111111111111112'],
  ],
  ['GB29 NWBK 6016 1331 9268 19 is ours', ['GB29NWBK60161331926819', '"NWBK 6016"']],
  ['USt-IdNr. DE 123 456 789', ['DE123456789', '123456789']],
  [
    'Ref INV-2024-00123',
    ['INV-2024-00123', 'inv202400123', 'INV 2024 00123'],
    ['INV-2024-00124', '"INV-2023-00123"'],
  ],
  ['A4711', ['a4711'], ['4711', 'B4711', 'A471']],
  ['in 2024 at 10115 Berlin', ['10115 2024', 'berlin 10115'], ['101152024']],
  ['0.125 and 3.14159', ['0.125', '3.14159'], ['3.1415', '125.0']],
])

test('no query makes it throw, and all that it asks for is short and folded', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ' ',
      '-',
      '"',
      '“',
      '*',
      ':',
      'OR',
      'title:',
      'status:sent',
      "'",
      '.',
      ',',
      '漢字',
      'サー',
      '1,234',
    ),
    fc.constantFrom(
      '\0',
      '\ud800',
      '\udfff',
      'x'.repeat(100),
      'the',
      "l'accord",
      'DE89 3704 0044',
      '½',
      '㈱',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      const plan = await planQuery(parseQuery(pieces.join('')).tree, ['en', 'de', 'fr', 'ar', 'tr'])
      for (const { match } of plan.flat()) {
        if (match.kind === 'value') continue
        const words =
          match.kind === 'phrase' ? match.words : [match.kind === 'word' ? match.word : match.prefix]
        assert.ok(words.length > 0 && words.length <= 32)
        for (const word of words) assert.match(word, /^[\p{L}\p{N}\p{M}]{1,64}$/u)
      }
    }),
    { numRuns: 500 },
  )
})
