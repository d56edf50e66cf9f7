import { wordOfStem } from '../analysis/stems.ts'
import type { PlanAlternative, QueryPlan } from '../query/query-plan.ts'
import type { Lookups } from './lookups.ts'
import { nextOf } from './similar-words.ts'

/** Words with one beginning that are looked up instead of it. */
const MAX_WORDS = 128
/** Terms of the index that are looked at for them: stems and tokens (match-expression.ts) are among them. */
const MAX_TERMS = 3 * MAX_WORDS

/**
 * Replaces the beginning of a word by the words of the index that begin so. FTS5 has no list of the documents of a beginning:
 * it merges those of all its words before it gives the first document, each time that it is asked.
 */
export function createBeginnings({ prepare }: Pick<Lookups, 'prepare'>) {
  /** Undefined: there are more than MAX_WORDS. */
  function wordsWith(prefix: string): string[] | undefined {
    const next = prepare('select term from temp.terms where term >= ? and term <= ? limit 1')
    const words: string[] = []
    let from = prefix
    for (let looked = 0; looked < MAX_TERMS; looked++) {
      const row = next.get(from, nextOf(prefix)) as { term: string } | undefined
      if (row === undefined) return words
      if (wordOfStem(row.term) === undefined && words.push(row.term) > MAX_WORDS) return undefined
      // No term has a control character, so that this is before all that follow. Each row is a term in one document.
      from = `${row.term}\u0001`
    }
    return undefined
  }

  const replaced = (alternative: PlanAlternative): PlanAlternative => {
    const { match } = alternative
    if (match.kind !== 'prefix') return alternative
    return { ...alternative, match: { ...match, words: wordsWith(match.prefix) } }
  }

  return { wordsWith, inPlan: (plan: QueryPlan): QueryPlan => plan.map((clause) => clause.map(replaced)) }
}
