import { PageTitle } from '../parts/page-head.tsx'
import { t } from '../text/catalogue.ts'

/** @param text what may have happened */
export function NotFoundPage({ text = t('notFound.text') }: { text?: string }) {
  return (
    <div class="page narrow">
      <PageTitle title={t('notFound.title')} />
      <p>{text}</p>
      <p>
        <a href="/">{t('document.back')}</a>
      </p>
    </div>
  )
}
