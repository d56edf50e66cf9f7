import { useLocation } from 'preact-iso/router'
import { useState } from 'preact/hooks'
import { api, dataOf, type Document, type DocumentStatus } from '../api/client.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ErrorNotice } from '../parts/notices.tsx'
import { notify } from '../parts/toasts.tsx'
import { t } from '../text/catalogue.ts'
import { explainProblem } from '../text/explain-problem.ts'
import { isFree, isSignable, nextStatuses } from './document-rules.ts'

interface ActionsProps {
  document: Document
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

export function DocumentActions({ document, onChange }: ActionsProps) {
  const [open, setOpen] = useState<'rename' | 'move' | 'delete'>()
  const { id, title, status, s3_key } = document
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
      {nextStatuses(status).length > 0 && (
        <button type="button" onClick={() => setOpen('move')}>
          {t('document.move')}
        </button>
      )}
      {isFree(status) && (
        <>
          <button type="button" onClick={() => setOpen('rename')}>
            {t('document.rename')}
          </button>
          <button type="button" class="danger" onClick={() => setOpen('delete')}>
            {t('document.delete')}
          </button>
        </>
      )}
      {open === 'rename' && <RenameDialog {...props} />}
      {open === 'move' && <MoveDialog {...props} />}
      {open === 'delete' && <DeleteDialog {...props} />}
    </div>
  )
}

type ActionDialogProps = ActionsProps & { onClose: () => void }

/** Runs an action of a dialog, which stays open with the reason when it fails. */
function useAction(run: () => Promise<void>, onClose: () => void) {
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const submit = (event: Event): void => {
    event.preventDefault()
    setBusy(true)
    run().then(onClose, (reason: unknown) => {
      setError(reason)
      setBusy(false)
    })
  }
  return { submit, isBusy, notice: error === undefined ? null : <ErrorNotice error={error} /> }
}

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

interface DialogActionsProps {
  label: string
  isBusy: boolean
  danger?: boolean
  onClose: () => void
}

function DialogActions({ label, isBusy, danger, onClose }: DialogActionsProps) {
  return (
    <div class="actions">
      <button type="button" onClick={onClose}>
        {t('frame.cancel')}
      </button>
      <button type="submit" class={danger ? 'danger full' : 'primary'} disabled={isBusy}>
        {label}
      </button>
    </div>
  )
}
