import { useEffect, useState } from 'preact/hooks'
import { Problem } from '../api/problem.ts'
import { PageTitle } from '../parts/page-head.tsx'
import { logIn, takeLink } from '../session.ts'
import { explainProblem } from '../text/explain-problem.ts'
import { t } from '../text/catalogue.ts'

/** Logs in with the link that opened the page, or says how to get one. */
export function LoginPage() {
  const [link] = useState(takeLink)
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    if (link !== undefined) logIn(link).catch((error: unknown) => setProblem(explain(error)))
  }, [link])
  const isTrying = link !== undefined && problem === undefined
  return (
    <div class="page narrow">
      <PageTitle title={t('login.title')} />
      {isTrying && <p role="status">{t('frame.loading')}</p>}
      {problem !== undefined && <p role="alert">{problem}</p>}
      {!isTrying && (
        <>
          <p>{t('login.text')}</p>
          <pre>
            <code>docmgr login-link --email ada@example.com</code>
          </pre>
        </>
      )}
    </div>
  )
}

const explain = (error: unknown): string =>
  error instanceof Problem && error.code === 'unauthenticated' ? t('login.used') : explainProblem(error)
