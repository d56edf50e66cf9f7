import { LocationProvider, Route, Router, useLocation } from 'preact-iso/router'
import { useEffect, useState } from 'preact/hooks'
import { DocumentsPage } from './pages/documents-page.tsx'
import { LoginPage } from './pages/login-page.tsx'
import { NotFoundPage } from './pages/not-found-page.tsx'
import { Account } from './parts/account.tsx'
import { HelpDialog } from './parts/help-dialog.tsx'
import { lazyPage } from './parts/lazy-page.tsx'
import { useStore } from './parts/store.ts'
import { Toasts } from './parts/toasts.tsx'
import { UploadDialog, UploadProgress } from './parts/upload-dialog.tsx'
import { useDroppedFiles } from './parts/use-dropped-files.ts'
import { useKeys } from './parts/use-keys.ts'
import { isLeaving, needsLogin, session } from './session.ts'
import { t } from './text/catalogue.ts'
import { uploads, useUploads } from './uploads.ts'

// Only the list is needed at once.
const DocumentPage = lazyPage(() => import('./pages/document-page.tsx').then((module) => module.DocumentPage))
const SignPage = lazyPage(() => import('./pages/sign-page.tsx').then((module) => module.SignPage))
const settings = () => import('./pages/settings/settings-page.tsx')
const SessionsPage = lazyPage(() => settings().then((module) => module.SessionsPage))
const KeysPage = lazyPage(() => settings().then((module) => module.KeysPage))
const PeoplePage = lazyPage(() => settings().then((module) => module.PeoplePage))
const StatusPage = lazyPage(() => import('./pages/status-page.tsx').then((module) => module.StatusPage))

/** Other paths of this origin, such as /docs, are not pages of the console. */
const SCOPE = /^\/($|\?|d\/|settings(\/|$)|status$|login$)/

export function App() {
  const isLoggedOut = needsLogin(useStore(session))
  if (useStore(isLeaving)) return <main id="main" tabIndex={-1} aria-busy="true" />
  return (
    <LocationProvider scope={SCOPE}>
      {isLoggedOut ? (
        <main id="main" tabIndex={-1}>
          <LoginPage />
        </main>
      ) : (
        <Frame />
      )}
    </LocationProvider>
  )
}

function Frame() {
  const [isHelpOpen, setHelpOpen] = useState(false)
  const { isOpen } = useUploads()
  const isDropping = useDroppedFiles((files) => uploads.choose(files))
  useKeys({ '?': () => setHelpOpen(true), u: () => uploads.open() })
  return (
    <>
      <a class="skip" href="#main">
        {t('frame.skip')}
      </a>
      <Header onHelp={() => setHelpOpen(true)} />
      <main id="main" tabIndex={-1}>
        <Router>
          <Route path="/" component={DocumentsPage} />
          <Route path="/d/:id" component={DocumentPage} />
          <Route path="/d/:id/sign" component={SignPage} />
          <Route path="/status" component={StatusPage} />
          <Route path="/settings" component={SessionsPage} />
          <Route path="/settings/keys" component={KeysPage} />
          <Route path="/settings/people" component={PeoplePage} />
          <Route path="/login" component={ToDocuments} />
          <Route default component={NotFoundPage} />
        </Router>
      </main>
      {isHelpOpen && <HelpDialog onClose={() => setHelpOpen(false)} />}
      {isOpen && <UploadDialog />}
      {isDropping && <p class="drop">{t('upload.drop')}</p>}
      <Toasts />
    </>
  )
}

/** Who is logged in, or need not be, has nothing to do at /login. */
function ToDocuments() {
  const { route } = useLocation()
  useEffect(() => route('/', true), [])
  return null
}

/** Where nobody logs in there is nothing to set. */
function SettingsLink({ isCurrent }: { isCurrent: boolean }) {
  if (useStore(session).user === null) return null
  return (
    <a href="/settings" {...(isCurrent && { 'aria-current': 'page' as const })}>
      {t('settings.title')}
    </a>
  )
}

function Header({ onHelp }: { onHelp: () => void }) {
  const { path } = useLocation()
  const current = (isCurrent: boolean) => (isCurrent ? { 'aria-current': 'page' as const } : {})
  return (
    <header class="top">
      <a class="brand" href="/">
        docmgr
      </a>
      <nav aria-label={t('frame.pages')}>
        <a href="/" {...current(path === '/' || path.startsWith('/d/'))}>
          {t('documents.title')}
        </a>
        <a href="/status" {...current(path === '/status')}>
          {t('status.title')}
        </a>
        <SettingsLink isCurrent={path.startsWith('/settings')} />
      </nav>
      <UploadProgress />
      <Account />
      <button
        type="button"
        class="quiet"
        onClick={onHelp}
        aria-label={t('help.title')}
        title={`${t('help.title')} (?)`}
      >
        ?
      </button>
    </header>
  )
}
