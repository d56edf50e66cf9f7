import { type Config } from '../config/schema.ts'

/** Commands to try on a service that has just started; they can be pasted into another terminal. */
export function tour(urls: Record<string, string>, config: Config): string[] {
  const documents = urls['document'] ?? urls['http']
  const isComplete = ['document', 'signature', 'search', 'ws', 'indexer'].every((role) =>
    (config.roles as string[]).includes(role),
  )
  if (documents === undefined || !isComplete || config.auth.mode === 'required')
    return ['Press Ctrl-C to stop.']
  const folder = config.data.endsWith('/.docmgr') ? '' : ` --data ${quoted(config.data)}`
  return [
    'Try in another terminal:',
    `  curl -X POST ${documents}/documents -H 'Content-Type: application/json' \\`,
    `    -d '{"title":"Lease","content":"The rent is due on the third day.","created_by":"ada@example.com"}'`,
    `  npx docmgr search${folder} '"third day"'`,
    `  npx docmgr import${folder} FOLDER`,
    `  npx docmgr tail${folder} DOCUMENT_ID`,
    'Press Ctrl-C to stop.',
    ...(urls['http'] === undefined ? [] : [`Open ${urls['http']}/ in a browser.`]),
  ]
}

const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
