import { Problem } from '../api/problem.ts'
import { isTextKey, t } from './catalogue.ts'

/** What went wrong and what to do, for people; the service's own words where the catalogue has none. */
export function explainProblem(error: unknown): string {
  if (!(error instanceof Problem)) return t('problem.unknown', { status: String(error) })
  const { code, status, message } = error
  const key = `problem.${code}`
  if (isTextKey(key)) return t(key, { status, detail: message })
  return message || t('problem.unknown', { status })
}
