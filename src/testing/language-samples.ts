/** Texts in many languages, with questions about them. */
export interface LanguageSample {
  language: string
  text: string
  /** words in other forms than the text has them, or parts of its words where the script has no spaces */
  words: readonly string[]
  /** as the text has it */
  phrase: string
  /** words of the text that it does not have in this order */
  noPhrase: string
}

export const LANGUAGE_SAMPLES: readonly LanguageSample[] = [
  {
    language: 'en',
    text: 'The tenants are cancelling their leases. He was not found guilty, and the landlord keeps the deposits.',
    words: ['tenant', 'cancel', 'lease', 'deposit'],
    phrase: 'was not found',
    noPhrase: 'was found guilty',
  },
  {
    language: 'de',
    text: 'Der Mieter hat die Kündigungen erhalten. Frau Müller zahlt die Rechnungen nicht vor dem Ende des Monats.',
    words: ['Kündigung', 'Kuendigung', 'Mueller', 'Rechnung', 'mieters'],
    phrase: 'zahlt die Rechnungen nicht',
    noPhrase: 'zahlt nicht die Rechnungen',
  },
  {
    language: 'fr',
    text: 'Les employeurs ont signé l’accord. La résiliation des contrats est à la charge du locataire de l’appartement.',
    words: ["l'employeur", 'contrat', 'resiliation', 'accords', 'locataires'],
    phrase: 'à la charge du locataire',
    noPhrase: 'la charge à du locataire',
  },
  {
    language: 'es',
    text: 'Los arrendatarios pagarán las mensualidades. El contrato de arrendamiento no es válido sin las firmas de ambos.',
    words: ['arrendatario', 'mensualidad', 'contratos', 'firma', 'valido'],
    phrase: 'no es válido sin',
    noPhrase: 'es válido sin no',
  },
  {
    language: 'it',
    text: 'I locatari pagano gli affitti ogni mese. L’accordo tra le parti non è valido senza le firme di entrambi.',
    words: ['locatario', 'affitto', "dell'accordo", 'firma', 'parte'],
    phrase: 'non è valido senza',
    noPhrase: 'è valido senza non',
  },
  {
    language: 'pt',
    text: 'Os inquilinos pagam as rendas mensais. O contrato de arrendamento não é válido sem as assinaturas de ambos.',
    words: ['inquilino', 'renda', 'contratos', 'assinatura', 'nao'],
    phrase: 'não é válido sem',
    noPhrase: 'é válido sem não',
  },
  {
    language: 'nl',
    text: 'De huurders betalen de huur elke maand. Zonder handtekeningen van beide partijen is het contract niet geldig.',
    words: ['huurder', 'handtekening', 'contracten', 'partij'],
    phrase: 'is het contract niet geldig',
    noPhrase: 'is niet het contract',
  },
  {
    language: 'sv',
    text: 'Hyresgästerna betalar hyran varje månad. Utan underskrifter från båda parterna är avtalet inte giltigt.',
    words: ['hyresgäst', 'hyresgaster', 'underskrift', 'avtal', 'manad'],
    phrase: 'är avtalet inte giltigt',
    noPhrase: 'avtalet är inte giltigt',
  },
  {
    language: 'pl',
    text: 'Strony zawarły umowy najmu mieszkań. Bez podpisów obu stron umowa nie jest ważna, a czynsz nie jest należny.',
    words: ['umowę', 'podpis', 'mieszkanie', 'wazna'],
    phrase: 'umowa nie jest ważna',
    noPhrase: 'nie jest umowa ważna',
  },
  {
    language: 'ru',
    text: 'Арендаторы платят арендную плату ежемесячно. Без подписей обеих сторон договор ещё не является действительным.',
    words: ['арендатор', 'арендной', 'подписи', 'договора', 'еще'],
    phrase: 'договор ещё не является',
    noPhrase: 'договор не является ещё',
  },
  {
    language: 'uk',
    text: 'Орендарі сплачують орендну плату щомісяця. У їхніх пʼять договорах без підписів сторін немає сили.',
    words: ['орендаря', 'орендної', 'підпис', "п'ять", 'договорах'],
    phrase: 'їхніх пʼять договорах',
    noPhrase: 'договорах їхніх пʼять',
  },
  {
    language: 'el',
    text: 'Οι ενοικιαστές πληρώνουν τα ενοίκια κάθε μήνα. Η σύμβαση δεν ισχύει χωρίς τις υπογραφές των δύο μερών.',
    words: ['ενοικιαστής', 'ενοίκιο', 'συμβάσεις', 'υπογραφη', 'ΣΥΜΒΑΣΗ'],
    phrase: 'σύμβαση δεν ισχύει',
    noPhrase: 'δεν σύμβαση ισχύει',
  },
  {
    language: 'tr',
    text: 'Kiracılar kira bedellerini her ay öder. İmzalar olmadan sözleşmeler geçerli değildir ve ISPARTA dışındadır.',
    words: ['kiracı', 'KİRACI', 'imza', 'sözleşme', 'sozlesme', 'ısparta'],
    phrase: 'sözleşmeler geçerli değildir',
    noPhrase: 'geçerli sözleşmeler değildir',
  },
  {
    language: 'ar',
    text: 'يدفع المستأجرون الإيجارات كل شهر. وقد وقّع السيد مُحَمَّد العقد، ولا يكون العقد صحيحا دون التوقيع عليه.',
    words: ['مستأجر', 'ايجار', 'محمد', 'عقد', 'توقيع'],
    phrase: 'ولا يكون العقد صحيحا',
    noPhrase: 'العقد يكون صحيحا ولا',
  },
  {
    language: 'he',
    text: 'השוכרים חתמו על החוזה ועל ההסכמים. בלי חתימות של שני הצדדים החוזה לא תקף, וכך נאמר גם: שָׁלוֹם.',
    words: ['חוזה', 'הסכם', 'שוכר', 'חתימה', 'שלום'],
    phrase: 'הצדדים החוזה לא תקף',
    noPhrase: 'החוזה תקף לא הצדדים',
  },
  {
    language: 'hi',
    text: 'किरायेदारों को हर महीने किराया देना होगा। दोनों पक्षों के हस्ताक्षर के बिना यह अनुबंध मान्य नहीं है।',
    words: ['किरायेदार', 'किराया', 'पक्ष', 'अनुबंध'],
    phrase: 'यह अनुबंध मान्य नहीं',
    noPhrase: 'अनुबंध यह मान्य',
  },
  {
    language: 'vi',
    text: 'Người thuê nhà trả tiền thuê hàng tháng. Hợp đồng không có hiệu lực nếu thiếu chữ ký của hai bên.',
    words: ['hop dong', 'HỢP ĐỒNG', 'thuê', 'hieu luc'],
    phrase: 'không có hiệu lực',
    noPhrase: 'có không hiệu lực',
  },
  {
    language: 'ja',
    text: '賃貸借契約書は甲と乙が署名する。サーバー2台とユーザーIDを登録し、ガイドラインに従う。第5条の規定による。',
    words: ['契約書', 'サーバー', 'ｻｰﾊﾞｰ', 'ユーザー', 'ガイド', '第5条', '甲'],
    phrase: 'サーバー2台とユーザーID',
    noPhrase: 'ユーザーサーバー',
  },
  {
    language: 'zh',
    text: '本租赁合同由甲乙双方签署。未经双方书面同意，任何一方不得转让本合同项下的权利和义务。',
    words: ['租赁合同', '合同', '双方', '转让', '本'],
    phrase: '任何一方不得转让',
    noPhrase: '转让任何一方',
  },
  {
    language: 'ko',
    text: '이 임대차 계약서를 갑과 을이 작성한다. 서명이 없으면 계약은 효력이 없으며 보증금을 돌려주지 않는다.',
    words: ['계약서', '임대차', '서명', '보증금', '계약'],
    phrase: '계약은 효력이 없으며',
    noPhrase: '효력이 계약은',
  },
  {
    language: 'th',
    text: 'สัญญาเช่าฉบับนี้ทำขึ้นระหว่างผู้ให้เช่ากับผู้เช่า หากไม่มีลายมือชื่อของทั้งสองฝ่าย สัญญาไม่มีผลบังคับ',
    words: ['สัญญา', 'สัญญาเช่า', 'ผู้ให้เช่า', 'ลายมือชื่อ'],
    phrase: 'สัญญาไม่มีผลบังคับ',
    noPhrase: 'ผลบังคับสัญญา',
  },
]
