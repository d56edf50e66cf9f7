import { useLocation } from 'preact-iso/router'
import { useState } from 'preact/hooks'
import { api, dataOf, type Document, type DocumentStatus, type Permissions } from '../api/client.ts'
import { Dialog } from '../parts/dialog.tsx'
import { DialogActions, useAction } from '../parts/dialog-form.tsx'
import { notify } from '../parts/toasts.tsx'
import { t } from '../text/catalogue.ts'
import { explainProblem } from '../text/explain-problem.ts'
import { AccessDialog } from './access-dialog.tsx'
import { isFree, isSignable, nextStatuses } from './document-rules.ts'

interface ActionsProps {
  document: Document
  permissions: Permissions
  /** the document is different now */
  onChange: () => void
}

/** @throws Problem */
function change(
  { id, version }: Pick<Document, 'id' | 'version'>,
  body: { title?: string; status?: DocumentStatus },
) {
  const header = { 'If-Match': `"${version}"` }
  return dataOf(api.PATCH('/documents/{id}', { params: { path: { id }, header }, body }))
}

/** What the reader may do with a document; what only others may is not there, and a line says so. */
export function DocumentActions({ document, permissions, onChange }: ActionsProps) {
  const [open, setOpen] = useState<'rename' | 'move' | 'delete' | 'access'>()
  const { id, title, status, s3_key } = document
  const [mayChange, mayShare] = [
    permissions.actions.includes('change'),
    permissions.actions.includes('share'),
  ]
  const props = { document, onChange, onClose: () => setOpen(undefined) }
  return (
    <div class="actions start">
      {isSignable(status) && (
        <a class="button primary" href={`/d/${id}/sign`} title={`${t('document.sign')} (s)`}>
          {t('document.sign')}
        </a>
      )}
      {s3_key !== null && (
        <a class="button" href={`/documents/${id}/content`} download={title}>
          {t('document.download')}
        </a>
      )}
      {mayShare && (
        <button type="button" onClick={() => setOpen('access')}>
          {t('access.title')}
        </button>
      )}
      {mayChange && nextStatuses(status).length > 0 && (
        <button type="button" onClick={() => setOpen('move')}>
          {t('document.move')}
        </button>
      )}
      {mayChange && isFree(status) && (
        <>
          <button type="button" onClick={() => setOpen('rename')}>
            {t('document.rename')}
          </button>
          <button type="button" class="danger" onClick={() => setOpen('delete')}>
            {t('document.delete')}
          </button>
        </>
      )}
      {!mayChange && <p class="hint">{t('document.readOnly')}</p>}
      {open === 'access' && <AccessDialog {...props} />}
      {open === 'rename' && <RenameDialog {...props} />}
      {open === 'move' && <MoveDialog {...props} />}
      {open === 'delete' && <DeleteDialog {...props} />}
    </div>
  )
}

type ActionDialogProps = Omit<ActionsProps, 'permissions'> & { onClose: () => void }

function RenameDialog({ document, onChange, onClose }: ActionDialogProps) {
  const [title, setTitle] = useState(document.title)
  const { submit, isBusy, notice } = useAction(async () => {
    const renamed = await change(document, { title })
    onChange()
    const undo = (): void =>
      void change(renamed, { title: document.title }).then(onChange, (error) => notify(explainProblem(error)))
    notify(t('document.renamed', { title: renamed.title }), undo)
  }, onClose)
  return (
    <Dialog title={t('document.rename')} onClose={onClose}>
      <form onSubmit={submit}>
        {notice}
        <label class="field">
          <span>{t('document.name')}</span>
          <input
            required
            maxLength={255}
            value={title}
            onInput={({ currentTarget: { value } }) => setTitle(value)}
          />
        </label>
        <DialogActions label={t('document.save')} isBusy={isBusy} onClose={onClose} />
      </form>
    </Dialog>
  )
}

function MoveDialog({ document, onChange, onClose }: ActionDialogProps) {
  const choices = nextStatuses(document.status)
  const [status, setStatus] = useState(choices[0])
  const { submit, isBusy, notice } = useAction(async () => {
    const moved = await change(document, { status: status! })
    onChange()
    notify(t('document.moved', { status: t(`document.status.${moved.status}`) }))
  }, onClose)
  return (
    <Dialog title={t('document.move')} onClose={onClose}>
      <form onSubmit={submit}>
        {notice}
        <fieldset class="choices">
          <legend>{t('document.moveTo')}</legend>
          {choices.map((choice) => (
            <label key={choice} class="check">
              <input
                type="radio"
                name="status"
                checked={choice === status}
                onChange={() => setStatus(choice)}
              />
              {t(`document.status.${choice}`)}
            </label>
          ))}
        </fieldset>
        <p class="hint">{t('document.moveText')}</p>
        <DialogActions label={t('document.move')} isBusy={isBusy} onClose={onClose} />
      </form>
    </Dialog>
  )
}

function DeleteDialog({ document: { id, title, version }, onClose }: ActionDialogProps) {
  const { route } = useLocation()
  const { submit, isBusy, notice } = useAction(async () => {
    const header = { 'If-Match': `"${version}"` }
    await dataOf(api.DELETE('/documents/{id}', { params: { path: { id }, header } }))
    notify(t('document.deleted', { title }))
    route('/')
  }, onClose)
  return (
    <Dialog title={t('document.deleteTitle')} onClose={onClose}>
      <form onSubmit={submit}>
        {notice}
        <p>{t('document.deleteText', { title })}</p>
        <DialogActions label={t('document.delete')} isBusy={isBusy} onClose={onClose} danger />
      </form>
    </Dialog>
  )
}
