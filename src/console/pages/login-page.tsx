import { useEffect, useState } from 'preact/hooks'
import { Problem } from '../api/problem.ts'
import { PageTitle } from '../parts/page-head.tsx'
import { useStore } from '../parts/store.ts'
import { hasEnded, logIn, loginProblem, providerLoginPath, session, takeLink } from '../session.ts'
import { explainProblem } from '../text/explain-problem.ts'
import { isTextKey, t } from '../text/catalogue.ts'

/** Logs in with the link that opened the page, or says how to log in. */
export function LoginPage() {
  const [link] = useState(takeLink)
  const { provider } = useStore(session)
  const [problem, setProblem] = useState(explainLogin)
  useEffect(() => {
    if (link !== undefined) logIn(link).catch((error: unknown) => setProblem(explain(error)))
  }, [link])
  const isTrying = link !== undefined && problem === undefined
  return (
    <div class="page narrow">
      <PageTitle title={t('login.title')} />
      {isTrying && <p role="status">{t('frame.loading')}</p>}
      {problem !== undefined && (
        <p class="notice failed" role="alert">
          {problem}
        </p>
      )}
      {!isTrying && (
        <>
          {provider && (
            <p>
              {/* No page of the console: the target keeps its router from taking the link. */}
              <a class="button primary" href={providerLoginPath()} target="_top">
                {t('login.provider', { name: provider.name })}
              </a>
            </p>
          )}
          <p>{provider ? t('login.orLink', { name: provider.name }) : t('login.text')}</p>
          <pre>
            <code>docmgr login-link --email ada@example.com</code>
          </pre>
        </>
      )}
    </div>
  )
}

/** What the identity provider's answer led to. */
function explainLogin(): string | undefined {
  const code = loginProblem()
  if (code === null) return hasEnded.get() ? t('problem.unauthenticated') : undefined
  const key = `login.problem.${code}`
  return isTextKey(key) ? t(key) : t('login.problem.unauthenticated')
}

/** A link that is not known (401), or of which a part is missing (422). */
const explain = (error: unknown): string =>
  error instanceof Problem && [401, 422].includes(error.status) ? t('login.used') : explainProblem(error)
