import { logOut, session } from '../session.ts'
import { explainProblem } from '../text/explain-problem.ts'
import { t } from '../text/catalogue.ts'
import { useStore } from './store.ts'
import { notify } from './toasts.tsx'

/** Who is logged in, and the way out; nothing where nobody has to be. */
export function Account() {
  const { user } = useStore(session)
  if (user === null) return null
  const leave = (): void => void logOut().catch((error: unknown) => notify(explainProblem(error)))
  return (
    <>
      <span class="account" title={user.email}>
        {user.email}
      </span>
      <button type="button" class="quiet" onClick={leave}>
        {t('login.out')}
      </button>
    </>
  )
}
