import { Problem } from '../api/problem.ts'
import { isTextKey, size, t } from './catalogue.ts'

/** What went wrong and what to do, for people; the service's own words where the catalogue has none. */
export function explainProblem(error: unknown): string {
  if (!(error instanceof Problem)) return t('problem.unknown', { status: String(error) })
  const { code, status, message } = error
  const [, limit] = code === 'payload-too-large' ? (/at most (\d+) bytes/.exec(message) ?? []) : []
  if (limit !== undefined) return t('problem.payload-too-large.limit', { limit: size(Number(limit)) })
  const key = `problem.${code}`
  if (isTextKey(key)) return t(key, { status, detail: message })
  return message || t('problem.unknown', { status })
}
