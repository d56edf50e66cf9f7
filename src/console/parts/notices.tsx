import { type ComponentChildren } from 'preact'
import { t } from '../text/catalogue.ts'
import { explainProblem } from '../text/explain-problem.ts'

/** Why something cannot be shown, with a way on. */
export function ErrorNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div class="notice failed" role="alert">
      <strong>{t('problem.title')}</strong>
      <p>{explainProblem(error)}</p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          {t('frame.retry')}
        </button>
      )}
    </div>
  )
}

export function EmptyNotice({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="notice empty">
      <h2>{title}</h2>
      {children}
    </div>
  )
}

/** Grey bars in the place of what is being read. */
export function Skeleton({ rows }: { rows: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="hidden">{t('frame.loading')}</span>
      {Array.from({ length: rows }, (_, index) => (
        <i key={index} />
      ))}
    </div>
  )
}
