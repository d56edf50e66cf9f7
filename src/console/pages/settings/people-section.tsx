import { useState } from 'preact/hooks'
import { api, dataOf, type Person, readRows } from '../../api/client.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { ErrorNotice, Skeleton } from '../../parts/notices.tsx'
import { useStore } from '../../parts/store.ts'
import { notify } from '../../parts/toasts.tsx'
import { useLoader } from '../../parts/use-loader.ts'
import { session } from '../../session.ts'
import { t } from '../../text/catalogue.ts'
import { explainProblem } from '../../text/explain-problem.ts'
import { AddPersonDialog } from './add-person-dialog.tsx'
import { SecretText } from './secret-text.tsx'
import { MoreButton, SETTINGS_STEP, SettingsBox } from './settings-box.tsx'

type Changes = { admin?: boolean; auditor?: boolean; disabled?: boolean }

/** Everyone who is known, for administrators. */
export function PeopleSection() {
  const [count, setCount] = useState(SETTINGS_STEP)
  const { data, error, isSlow, reload } = useLoader(
    (signal) => readRows(count, (query) => api.GET('/people', { params: { query }, signal })),
    [count],
  )
  const own = useStore(session).user?.email.toLowerCase()
  const [isAdding, setAdding] = useState(false)
  const [link, setLink] = useState<{ text: string; email: string }>()
  const attempt = (work: Promise<unknown>): void =>
    void work.then(reload, (reason: unknown) => notify(explainProblem(reason)))
  const change = ({ id }: Person, body: Changes): void =>
    attempt(dataOf(api.PATCH('/people/{id}', { params: { path: { id } }, body })))
  const makeLink = async ({ id, email }: Person): Promise<void> => {
    const made = await dataOf(api.POST('/people/{id}/login-link', { params: { path: { id } } }))
    setLink({ text: `${location.origin}/login#${made.link}`, email })
  }
  const action = (
    <button type="button" class="primary" onClick={() => setAdding(true)}>
      {t('people.add')}
    </button>
  )
  return (
    <SettingsBox title={t('people.title')} action={action}>
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      {!data && isSlow && <Skeleton rows={3} />}
      <ul class="settings-list">
        {data?.rows.map((person) => (
          <PersonItem
            key={person.id}
            person={person}
            isSelf={person.email.toLowerCase() === own}
            onChange={(changes) => change(person, changes)}
            onLink={() => attempt(makeLink(person))}
          />
        ))}
      </ul>
      {data?.hasMore && <MoreButton onClick={() => setCount(count + SETTINGS_STEP)} />}
      {isAdding && <AddPersonDialog onAdded={reload} onClose={() => setAdding(false)} />}
      {link && (
        <Dialog title={t('people.link')} onClose={() => setLink(undefined)}>
          <SecretText
            text={link.text}
            label={t('people.linkOf', { name: link.email })}
            hint={t('people.linkHint')}
            onClose={() => setLink(undefined)}
          />
        </Dialog>
      )}
    </SettingsBox>
  )
}

interface PersonItemProps {
  person: Person
  /** What administrators have, they keep until another one takes it. */
  isSelf: boolean
  onChange: (changes: Changes) => void
  onLink: () => void
}

function PersonItem({ person, isSelf, onChange, onLink }: PersonItemProps) {
  const { email, name, admin, auditor, disabled_at } = person
  const isDisabled = disabled_at !== null
  return (
    <li>
      <div>
        <strong>{name ?? email}</strong>
        {isDisabled && <span class="state bad small apart">{t('people.disabled')}</span>}
        <p class="dim small">
          {name !== null && `${email} · `}
          {isSelf && t('people.self')}
        </p>
        <div class="checks" role="group" aria-label={t('people.rolesOf', { name: email })}>
          <label class="check">
            <input
              type="checkbox"
              checked={admin}
              disabled={isSelf}
              onChange={() => onChange({ admin: !admin })}
            />
            {t('people.admin')}
          </label>
          <label class="check">
            <input type="checkbox" checked={auditor} onChange={() => onChange({ auditor: !auditor })} />
            {t('people.auditor')}
          </label>
        </div>
      </div>
      <div class="actions">
        {!isDisabled && (
          <button type="button" aria-label={t('people.linkOf', { name: email })} onClick={onLink}>
            {t('people.link')}
          </button>
        )}
        {!isSelf && (
          <button
            type="button"
            class={isDisabled ? '' : 'danger'}
            aria-label={t(isDisabled ? 'people.enableOf' : 'people.disableOf', { name: email })}
            onClick={() => onChange({ disabled: !isDisabled })}
          >
            {t(isDisabled ? 'people.enable' : 'people.disable')}
          </button>
        )}
      </div>
    </li>
  )
}
