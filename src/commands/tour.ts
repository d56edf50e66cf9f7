import { type Config } from '../config/schema.ts'

/**
 * What to try on a service that has just started: lines that work when they are pasted into another
 * terminal.
 */
export function tour(urls: Record<string, string>, config: Config): string[] {
  const documents = urls['document'] ?? urls['http']
  const whole = ['document', 'search', 'ws', 'indexer'].every((role) =>
    (config.roles as string[]).includes(role),
  )
  if (documents === undefined || !whole || config.auth.mode === 'required') return ['Ctrl-C stops it.']
  const folder = config.data.endsWith('/.docmgr') ? '' : ` --data ${quoted(config.data)}`
  return [
    'Try in another terminal:',
    `  curl -X POST ${documents}/documents -H 'Content-Type: application/json' \\`,
    `    -d '{"title":"Lease","content":"The rent is due on the third day.","created_by":"ada@example.com"}'`,
    `  npx docmgr search${folder} '"third day"'`,
    `  npx docmgr import${folder} FOLDER`,
    `  npx docmgr tail${folder} DOCUMENT_ID`,
    'Ctrl-C stops it.',
  ]
}

const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
