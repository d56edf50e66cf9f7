import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withQueryArgument } from './query-argument.ts'

const CASES: [given: string[], taken: string[]][] = [
  [
    ['search', '-lease'],
    ['search', '--', '-lease'],
  ],
  [
    ['search', '-sale', '--size', '3'],
    ['search', '--size', '3', '--', '-sale'],
  ],
  [
    ['--no-color', 'search', '--json', '-"first draft" rent'],
    ['--no-color', 'search', '--json', '--', '-"first draft" rent'],
  ],
  [
    ['search', '--url=http://localhost:8000', '-status:sent'],
    ['search', '--url=http://localhost:8000', '--', '-status:sent'],
  ],
]

test('a query that begins with an exclusion is no option', () => {
  for (const [given, taken] of CASES) assert.deepEqual(withQueryArgument(given), taken)
})

test('options, their values and other commands stay as they are', () => {
  const kept = [
    ['search', 'rent', '-ssent'],
    ['search', '-s', 'sent', 'rent'],
    ['search', 'rent', '--title', '-draft'],
    ['search', '-h'],
    ['search', '--', '-lease'],
    ['search', '--lease'],
    ['import', 'search', '-x'],
    [],
  ]
  for (const args of kept) assert.deepEqual(withQueryArgument(args), args)
})
