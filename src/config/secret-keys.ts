/** Values that are hidden when the configuration is shown. */
export const SECRET_KEYS = [
  'auth.secret',
  'auth.secondSecret',
  'auth.scrapeToken',
  'auth.services.key',
  'auth.services.secondKey',
  'auth.oidc.clientSecret',
  'database.url',
  'database.directUrl',
  'blobs.secretKey',
  'cache.url',
  'cache.viewerSecret',
  'changes.url',
  'search.url',
]

/** Values that can be in a file (DOCMGR_…_FILE), with lists a line for each. */
export const FILE_KEYS = [...SECRET_KEYS, 'auth.services.keys']
