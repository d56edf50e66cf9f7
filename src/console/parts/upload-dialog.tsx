import { useRef, useState } from 'preact/hooks'
import { plural, size, t } from '../text/catalogue.ts'
import { isActive, isSendable, type Upload, uploads, useUploads } from '../uploads.ts'
import { Dialog } from './dialog.tsx'
import { EmailField, ownAddress } from './email-field.tsx'
import { chosenFiles } from './use-dropped-files.ts'

/** Says in the header how far the uploads are, and opens the dialog. */
export function UploadProgress() {
  const { list, isOpen } = useUploads()
  const hasNews = !isOpen && list.length > 0
  return (
    <button
      type="button"
      class={hasNews ? 'quiet' : 'primary'}
      onClick={uploads.open}
      title={`${t('documents.upload')} (u)`}
    >
      {hasNews ? progressOf(list) : t('documents.upload')}
    </button>
  )
}

function progressOf(list: readonly Upload[]): string {
  const done = list.filter(({ state }) => state === 'done').length
  const failed = list.filter(({ state }) => state === 'failed').length
  const text = t('upload.progress', { done, count: list.length })
  return failed === 0 ? text : `${text}, ${plural('upload.failures', failed)}`
}

export function UploadDialog() {
  const { chosen, list } = useUploads()
  return (
    <Dialog title={t('upload.title')} onClose={uploads.close}>
      <ChooseFiles />
      {(chosen.length > 0 || list.length === 0) && <OwnerForm count={chosen.length} />}
      {list.length > 0 && (
        <section>
          <p role="status" class="upload-total">
            {progressOf(list)}
          </p>
          <ul class="uploads">
            {list.map((upload) => (
              <UploadItem key={upload.key} upload={upload} />
            ))}
          </ul>
          {!list.some(isActive) && chosen.length === 0 && (
            <div class="actions">
              <button type="button" class="primary" onClick={uploads.close}>
                {t('frame.close')}
              </button>
            </div>
          )}
        </section>
      )}
    </Dialog>
  )
}

function ChooseFiles() {
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const choose = ({ currentTarget }: { currentTarget: HTMLInputElement }): void => {
    uploads.choose(chosenFiles(currentTarget))
    currentTarget.value = ''
  }
  return (
    <>
      <div class="actions start">
        <button type="button" onClick={() => files.current?.click()}>
          {t('upload.files')}
        </button>
        <button type="button" onClick={() => folder.current?.click()}>
          {t('upload.folder')}
        </button>
        <input ref={files} type="file" multiple hidden aria-label={t('upload.files')} onChange={choose} />
        <input
          ref={(input) => {
            folder.current = input
            if (input) input.webkitdirectory = true
          }}
          type="file"
          hidden
          aria-label={t('upload.folder')}
          onChange={choose}
        />
      </div>
      <p class="hint">{t('upload.text')}</p>
    </>
  )
}

function OwnerForm({ count }: { count: number }) {
  const [owner, setOwner] = useState(ownAddress)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        uploads.start(owner)
      }}
    >
      <EmailField label={t('frame.email')} value={owner} onInput={setOwner} hint={t('upload.owner')} />
      <div class="actions">
        <button type="submit" class="primary" disabled={count === 0}>
          {count === 0 ? t('documents.upload') : plural('upload.start', count)}
        </button>
      </div>
    </form>
  )
}

function UploadItem({ upload }: { upload: Upload }) {
  const { key, file, state, share, reason, isFinal, document } = upload
  const percent = Math.round(share * 100)
  return (
    <li class={`upload ${state}`}>
      <span class="upload-name">
        {document ? (
          <a href={`/d/${document.id}`} onClick={uploads.close}>
            {file.name}
          </a>
        ) : (
          file.name
        )}
      </span>
      <span class="upload-state">
        {state === 'waiting' && t('upload.waiting')}
        {state === 'sending' && (
          <progress
            max={100}
            value={percent}
            aria-label={t('upload.percent', { name: file.name, percent })}
          />
        )}
        {state === 'done' && `${t('upload.done')} · ${size(file.size)}`}
      </span>
      {state === 'failed' && (
        <p class="upload-reason" role="alert">
          {reason}{' '}
          {isSendable(file) && !isFinal && (
            <button
              type="button"
              class="link"
              aria-label={t('upload.again', { name: file.name })}
              onClick={() => uploads.retry(key)}
            >
              {t('frame.retry')}
            </button>
          )}
        </p>
      )}
    </li>
  )
}
