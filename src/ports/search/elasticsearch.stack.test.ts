import { after } from 'node:test'
import { newStackSearch } from '../../testing/stack-search.ts'
import { searchIndexContract } from './contract.ts'

// The suite opens indexes in hooks, whose own end must not be theirs.
const cleanups: (() => Promise<void>)[] = []
after(async () => {
  for (const cleanup of cleanups) await cleanup()
})

searchIndexContract('elasticsearch:', () =>
  newStackSearch({ after: (cleanup) => void cleanups.push(cleanup) }).open(),
)
