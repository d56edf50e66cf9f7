import { isAny, isAnyCaseless } from '../../../db/any-of.ts'
import type { Condition } from '../fields.ts'
import { isTerm, type Term, type TermAlternative, type TermClause } from '../query/terms.ts'
import { COLUMN_TYPES } from './columns.ts'
import { termTsquery, tsqueryOf } from './tsquery.ts'

type Bind = (value: unknown) => string

const OPERATORS = { from: '>=', to: '<' } as const

/**
 * The condition of a SELECT from search.documents, with its parameters from $1. All clauses of terms are one tsquery, if
 * it requires a word: then the index answers it. Otherwise it would read all of the index, and clauses that have values
 * too would read every vector; they become sets of ids instead.
 */
export function whereOf(clauses: readonly TermClause[], conditions: readonly Condition[]) {
  const values: unknown[] = []
  const bind: Bind = (value) => `$${values.push(value)}`
  const parts = ['not deleted']
  const ofTerms = clauses.filter((clause) => clause.every(({ match }) => isTerm(match)))
  const requiresWord = ofTerms.some((clause) => clause.every(({ excluded }) => !excluded))
  if (requiresWord) parts.push(`vector @@ ${bind(tsqueryOf(ofTerms))}::tsquery`)
  for (const clause of clauses)
    if (!(requiresWord && ofTerms.includes(clause))) parts.push(clauseCondition(clause, bind))
  for (const condition of conditions) parts.push(valueCondition(condition, bind))
  return { where: parts.join(' and '), values }
}

function clauseCondition(clause: TermClause, bind: Bind): string {
  const conditions = clause.map((alternative) => alternativeCondition(alternative, bind))
  if (conditions.length === 1) return conditions[0]!
  if (!clause.some(({ match }) => isTerm(match))) return `(${conditions.join(' or ')})`
  return `id in (${conditions.map(idsWhere).join(' union all ')})`
}

function alternativeCondition({ match, excluded }: TermAlternative, bind: Bind): string {
  if (isTerm(match)) return excluded ? without(match, bind) : matches(match, bind)
  const condition = valueCondition(match.condition, bind)
  return excluded ? `not (${condition})` : condition
}

const matches = (term: Term, bind: Bind): string => `vector @@ ${bind(termTsquery(term))}::tsquery`

const idsWhere = (condition: string): string =>
  `select id from search.documents where not deleted and ${condition}`

/** `offset 0` keeps the planner from testing the vector of each row. */
const without = (term: Term, bind: Bind): string =>
  `not exists (select from (${idsWhere(matches(term, bind))} offset 0) as other where other.id = documents.id)`

function valueCondition({ field, operator, values }: Condition, bind: Bind): string {
  if (operator === 'equal') return isAny(field, values, bind)
  if (operator === 'caseless') return isAnyCaseless(field, values, bind)
  return `${field} ${OPERATORS[operator]} ${bind(values[0])}::${COLUMN_TYPES.get(field)!}`
}
