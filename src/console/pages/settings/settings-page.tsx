import { PageTitle } from '../../parts/page-head.tsx'
import { useStore } from '../../parts/store.ts'
import { logOut, session } from '../../session.ts'
import { t } from '../../text/catalogue.ts'
import { explainProblem } from '../../text/explain-problem.ts'
import { notify } from '../../parts/toasts.tsx'
import { KeysSection } from './keys-section.tsx'
import { PeopleSection } from './people-section.tsx'
import { SessionsSection } from './sessions-section.tsx'

const SECTIONS = ['sessions', 'keys', 'people'] as const
type Section = (typeof SECTIONS)[number]
const pathOf = (section: Section): string => (section === 'sessions' ? '/settings' : `/settings/${section}`)

const SectionOf = { sessions: SessionsSection, keys: KeysSection, people: PeopleSection }

export const SessionsPage = () => <SettingsPage section="sessions" />
export const KeysPage = () => <SettingsPage section="keys" />
export const PeoplePage = () => <SettingsPage section="people" />

function SettingsPage({ section }: { section: Section }) {
  const { user } = useStore(session)
  const Section = SectionOf[section]
  return (
    <div class="page narrow">
      <PageTitle title={t('settings.title')} />
      {user === null ? (
        <p class="notice">{t('settings.open')}</p>
      ) : (
        <>
          <div class="account-line">
            <p class="dim">{t('settings.as', { email: user.email })}</p>
            <button type="button" onClick={leave}>
              {t('login.out')}
            </button>
          </div>
          <nav class="tabs" aria-label={t('settings.title')}>
            {SECTIONS.filter((one) => one !== 'people' || user.admin).map((one) => (
              <a key={one} href={pathOf(one)} {...(one === section && { 'aria-current': 'page' as const })}>
                {t(`settings.${one}`)}
              </a>
            ))}
          </nav>
          {section === 'people' && !user.admin ? (
            <p class="notice">{t('people.administrators')}</p>
          ) : (
            <Section />
          )}
        </>
      )}
    </div>
  )
}

const leave = (): void => void logOut().catch((error: unknown) => notify(explainProblem(error)))
