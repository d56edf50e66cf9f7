import { useState } from 'preact/hooks'
import { api, dataOf, type Document, type Grant } from '../api/client.ts'
import { Problem } from '../api/problem.ts'
import { Dialog } from '../parts/dialog.tsx'
import { useAction } from '../parts/dialog-form.tsx'
import { ErrorNotice, Skeleton } from '../parts/notices.tsx'
import { useStore } from '../parts/store.ts'
import { TextField } from '../parts/text-field.tsx'
import { Time } from '../parts/time.tsx'
import { notify } from '../parts/toasts.tsx'
import { useLoader } from '../parts/use-loader.ts'
import { session } from '../session.ts'
import { t } from '../text/catalogue.ts'
import { explainProblem } from '../text/explain-problem.ts'
import { principalName } from './principal-name.ts'
import { useFocusAfter } from './use-focus-after.ts'

type Role = Grant['role']
const ROLES: readonly Role[] = ['reader', 'editor', 'owner']

const subjectOf = (address: string): string => `email:${address.trim().toLowerCase()}`

/** @throws Problem */
async function give(id: string, principal: string, role: Role): Promise<void> {
  const path = { id, principal }
  await dataOf(api.PUT('/documents/{id}/access/{principal}', { params: { path }, body: { role } }))
}

/** @throws Problem */
async function take(id: string, principal: string): Promise<void> {
  await dataOf(api.DELETE('/documents/{id}/access/{principal}', { params: { path: { id, principal } } }))
}

interface AccessDialogProps {
  document: Document
  onChange: () => void
  onClose: () => void
}

/** Who may do what with a document, for its owners. */
export function AccessDialog({ document: { id, version }, onChange, onClose }: AccessDialogProps) {
  const [error, setError] = useState<unknown>()
  // To give or take access makes a new version.
  const list = useLoader(
    (signal) => dataOf(api.GET('/documents/{id}/access', { params: { path: { id } }, signal })),
    [id, version],
  )
  const run = async (change: Promise<void>): Promise<void> => {
    try {
      await change
      setError(undefined)
    } finally {
      list.reload()
      onChange()
    }
  }
  const attempt = (change: Promise<void>): void => void run(change).catch(setError)
  const hold = useFocusAfter(list.data)
  const remove = async ({ principal, role }: Grant): Promise<void> => {
    hold()
    await run(take(id, principal))
    const undo = (): void =>
      void run(give(id, principal, role)).catch((reason: unknown) => notify(explainProblem(reason)))
    notify(t('access.removed', { name: principalName(principal) }), undo)
  }
  const hasOneOwner = list.data?.filter(({ role }) => role === 'owner').length === 1
  return (
    <Dialog title={t('access.title')} onClose={onClose}>
      {error !== undefined && <ErrorNotice error={error} />}
      {list.error !== undefined && <ErrorNotice error={list.error} onRetry={list.reload} />}
      {!list.data && list.isSlow && <Skeleton rows={2} />}
      {list.data && (
        <ul class="grants" aria-label={t('access.list')}>
          {list.data.map((grant) => (
            <GrantItem
              key={grant.principal}
              grant={grant}
              isFixed={hasOneOwner && grant.role === 'owner'}
              onRole={(role) => attempt(give(id, grant.principal, role))}
              onRemove={() => void remove(grant).catch(setError)}
            />
          ))}
        </ul>
      )}
      <AddForm onAdd={(address, role) => run(give(id, subjectOf(address), role))} />
      <OpenHint />
    </Dialog>
  )
}

interface GrantItemProps {
  grant: Grant
  /** the last owner */
  isFixed: boolean
  onRole: (role: Role) => void
  onRemove: () => void
}

function GrantItem({ grant, isFixed, onRole, onRemove }: GrantItemProps) {
  const name = principalName(grant.principal)
  return (
    <li>
      <span class="grant-name">{name}</span>
      {isFixed ? (
        <span class="grant-role">{t(`access.role.${grant.role}`)}</span>
      ) : (
        <>
          <RoleChoice label={t('access.roleOf', { name })} value={grant.role} onChange={onRole} />
          <button type="button" aria-label={t('access.removeOf', { name })} onClick={onRemove}>
            {t('access.remove')}
          </button>
        </>
      )}
      <small class="dim">
        {isFixed ? t('access.lastOwner') : t('access.since', { name: principalName(grant.granted_by) })}{' '}
        {!isFixed && <Time at={grant.granted_at} />}
      </small>
    </li>
  )
}

interface RoleChoiceProps {
  label: string
  value: Role
  onChange: (role: Role) => void
}

function RoleChoice({ label, value, onChange }: RoleChoiceProps) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value as Role)}
    >
      {ROLES.map((role) => (
        <option key={role} value={role}>
          {t(`access.role.${role}`)}
        </option>
      ))}
    </select>
  )
}

function AddForm({ onAdd }: { onAdd: (address: string, role: Role) => Promise<void> }) {
  const [address, setAddress] = useState('')
  const [role, setRole] = useState<Role>('reader')
  const { submit, isBusy, error, notice } = useAction(
    () => onAdd(address, role),
    () => {
      notify(t('access.given', { name: address, role: t(`access.role.${role}`) }))
      setAddress('')
    },
  )
  const isOfAddress = error instanceof Problem && error.errors.some(({ field }) => field === 'path.principal')
  return (
    <form class="add-grant" onSubmit={submit}>
      {!isOfAddress && notice}
      <div class="pair">
        <TextField
          type="email"
          label={t('access.address')}
          value={address}
          onInput={setAddress}
          error={isOfAddress ? t('access.badAddress') : undefined}
        />
        <div class="field">
          <span>{t('access.role')}</span>
          <RoleChoice label={t('access.role')} value={role} onChange={setRole} />
        </div>
      </div>
      <p class="hint">{t(`access.may.${role}`)}</p>
      <div class="actions">
        <button type="submit" class="primary" disabled={isBusy}>
          {t('access.give')}
        </button>
      </div>
    </form>
  )
}

function OpenHint() {
  return useStore(session).mode === 'open' ? <p class="hint">{t('access.open')}</p> : null
}
