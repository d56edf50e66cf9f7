import { queryRows } from '../../db/query.ts'
import type { KeptEntry } from '../../domain/history.ts'
import { type Check, type CheckResources, type Finding, PAGE_SIZE, pagesOfIds } from './check.ts'
import { type Chain, type ChainFault, faultsOfChain, faultsOfValues } from './history-chain.ts'

/** Documents whose histories are read at once. */
const CHAINS = 50
/** Faults of one document that are named. */
const SHOWN = 3

const page = (id: string, table: string): string =>
  `(select ${id} as id from ${table} where $1::uuid is null or ${id} > $1 order by ${id} limit ${PAGE_SIZE})`

/** Of documents, and of what is left of histories. */
const IDS = `
  select distinct id from (
    ${page('id', 'documents.documents')} union all ${page('document_id', 'history.heads')}
    union all ${page('document_id', 'history.history')}
  ) of_all order by id limit ${PAGE_SIZE}`

/** One statement, so that all tables are of one moment. */
const CHAINS_OF = `
  select d.id, h.entries, h.sha256 as head, e.number, e.entry, e.sha256, p.salted
    from unnest($1::uuid[]) d(id)
    left join history.heads h on h.document_id = d.id
    left join history.history e on e.document_id = d.id
    left join history.personal p on p.document_id = e.document_id and p.number = e.number
   order by d.id, e.number`

type Row = { id: string; entries: number | null; head: string | null } & (KeptEntry | { number: null })

/** The history of each document is the one that was written: no entry is altered, missing, moved or cut off. */
export function historyCheck(resources: CheckResources): Check {
  const { pool } = resources
  return {
    name: 'histories',
    pages: () => pagesOfIds(resources, IDS),
    async examine(ids) {
      const findings: Finding[] = []
      for (let start = 0; start < ids.length; start += CHAINS) {
        const rows = await queryRows<Row>(pool, CHAINS_OF, [ids.slice(start, start + CHAINS)])
        for (const chain of chainsOf(rows)) findings.push(...findingsOf(chain))
      }
      return findings
    },
  }
}

function chainsOf(rows: readonly Row[]): Iterable<Chain> {
  const chains = new Map<string, Chain & { entries: KeptEntry[] }>()
  for (const row of rows) {
    const { id, entries, head } = row
    const chain = chains.get(id) ?? {
      document_id: id,
      head: entries === null || head === null ? null : { entries, sha256: head },
      entries: [],
    }
    if (row.number !== null) chain.entries.push(row)
    chains.set(id, chain)
  }
  return chains.values()
}

function findingsOf(chain: Chain): Finding[] {
  const found = (kind: Finding['kind'], faults: readonly ChainFault[]): Finding[] =>
    faults.length === 0 ? [] : [{ kind, subject: chain.document_id, detail: inWords(faults) }]
  return [...found('history', faultsOfChain(chain)), ...found('history-value', faultsOfValues(chain))]
}

function inWords(faults: readonly ChainFault[]): string {
  const named = faults.slice(0, SHOWN).map(({ number, detail }) => `entry ${number} ${detail}`)
  const more = faults.length - SHOWN
  return `${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}
