/**
 * Who may use an operation where tokens are required. Each endpoint, rpc, message of a client and command has one of
 * these, and the tests of access derive from them what every kind of caller may do. Where authentication is open,
 * everybody may do everything but `admin` and `service`.
 */
export const POLICIES = {
  public: 'anyone, also without a token',
  known: 'anyone with a token; it concerns only the caller',
  person: 'anyone with a token that is no API key; it concerns only the caller',
  list: 'anyone with a token; the answer has only what the caller may read',
  create: 'anyone with a token, in their own name',
  read: 'who may read the document; to others it does not exist',
  change: 'who may change the document, as its owner or an editor',
  share: 'an owner of the document',
  sign: 'who may read the document, with their own address',
  evidence: 'an owner of the document, and the signer',
  operator: 'administrators; metrics also who has auth.scrapeToken',
  admin: 'administrators, also where authentication is open',
  service: 'roles of the service itself',
  machine:
    'the user of the machine who may read the data folder or the settings of the servers; the service is not asked',
} as const

export type Policy = keyof typeof POLICIES
