import { useLocation, useRoute } from 'preact-iso/router'
import { useId, useRef, useState } from 'preact/hooks'
import { api, dataOf, type Document } from '../api/client.ts'
import { Problem } from '../api/problem.ts'
import { randomKey } from '../api/random-key.ts'
import { ErrorNotice, Skeleton } from '../parts/notices.tsx'
import { EmailField, ownAddress } from '../parts/email-field.tsx'
import { PageTitle } from '../parts/page-head.tsx'
import { TextField } from '../parts/text-field.tsx'
import { notify } from '../parts/toasts.tsx'
import { useLoader } from '../parts/use-loader.ts'
import { recall, remember } from '../preferences.ts'
import { t } from '../text/catalogue.ts'
import { explainProblem } from '../text/explain-problem.ts'
import { isId, isSignable } from './document-rules.ts'
import { DrawnSignature } from './drawn-signature.tsx'
import { NotFoundPage } from './not-found-page.tsx'
import { SignatureImage } from './signature-image.tsx'
import { type SourceRef } from './signature-source.ts'

const WAYS = ['draw', 'type', 'image'] as const
type Way = (typeof WAYS)[number]

/** It shows no more than the title. */
const NO_VIEW = { view: 'false' } as const

export function SignPage() {
  const id = useRoute().params['id']!
  return isId(id) ? <SignPageOf key={id} id={id} /> : <NotFoundPage />
}

function SignPageOf({ id }: { id: string }) {
  const { data, error, isSlow, reload } = useLoader(
    (signal) => dataOf(api.GET('/documents/{id}', { params: { path: { id }, query: NO_VIEW }, signal })),
    [id],
  )
  if (error instanceof Problem && error.status === 404) return <NotFoundPage text={t('document.gone')} />
  return (
    <div class="page narrow">
      <p class="back">
        <a href={`/d/${id}`}>← {t('sign.view')}</a>
      </p>
      {!data && error !== undefined && <PageTitle title={t('frame.notLoaded')} />}
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      {!data && isSlow && <Skeleton rows={6} />}
      {data && <PageTitle title={t('sign.title', { title: data.title })} />}
      {data && !isSignable(data.status) && (
        <p class="notice">{t('sign.impossible', { status: t(`document.status.${data.status}`) })}</p>
      )}
      {data && isSignable(data.status) && <SignForm document={data} />}
    </div>
  )
}

function SignForm({ document: { id, title } }: { document: Document }) {
  const { route } = useLocation()
  const [name, setName] = useState(recall('name'))
  const [email, setEmail] = useState(ownAddress)
  const [way, setWay] = useState<Way>('draw')
  const [reason, setReason] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const source: SourceRef = useRef(undefined)
  // A repeated click, or a retry after a broken connection, signs once.
  const [key] = useState(randomKey)

  const sign = async (signature_data: string): Promise<void> => {
    setBusy(true)
    remember('name', name)
    remember('email', email)
    const body = { document_id: id, signer_email: email, signer_name: name, signature_data }
    try {
      const { document_status } = await dataOf(
        api.POST('/signatures', { params: { header: { 'Idempotency-Key': key } }, body }),
      )
      notify(document_status === 'signed' ? t('sign.done', { title }) : t(`sign.${document_status}`))
      route(`/d/${id}`)
    } catch (error) {
      setReason(explainProblem(error))
      setBusy(false)
    }
  }
  const change = (next: Way): void => {
    setWay(next)
    setReason(undefined)
  }
  const submit = (event: Event): void => {
    event.preventDefault()
    const data = way === 'type' ? name : source.current?.()
    if (data === undefined) setReason(t(way === 'image' ? 'sign.missing.image' : 'sign.missing.draw'))
    else void sign(data)
  }
  return (
    <form class="sign" onSubmit={submit}>
      <div class="pair">
        <TextField label={t('sign.name')} value={name} onInput={setName} autocomplete="name" />
        <EmailField label={t('frame.email')} value={email} onInput={setEmail} />
      </div>
      <WayChoice way={way} onChange={change} />
      <SignatureInput way={way} name={name} source={source} onReady={() => setReason(undefined)} />
      <div class="sign-end">
        {reason !== undefined && (
          <p class="notice failed" role="alert">
            {reason}
          </p>
        )}
        <p class="hint">{t('sign.statement')}</p>
        <div class="actions">
          <button type="submit" class="primary large" disabled={isBusy}>
            {t('sign.submit')}
          </button>
        </div>
      </div>
    </form>
  )
}

function WayChoice({ way, onChange }: { way: Way; onChange: (way: Way) => void }) {
  return (
    <fieldset class="segments">
      <legend>{t('sign.how')}</legend>
      {WAYS.map((one) => (
        <label key={one}>
          <input type="radio" name="way" checked={one === way} onChange={() => onChange(one)} />
          <span>{t(`sign.${one}`)}</span>
        </label>
      ))}
    </fieldset>
  )
}

interface SignatureInputProps {
  way: Way
  name: string
  source: SourceRef
  /** A signature is there that was missing before. */
  onReady: () => void
}

function SignatureInput({ way, name, source, onReady }: SignatureInputProps) {
  const caption = useId()
  if (way === 'draw') return <DrawnSignature source={source} onReady={onReady} />
  if (way === 'image') return <SignatureImage source={source} onReady={onReady} />
  return (
    <div class="paper typed" role="group" aria-labelledby={caption}>
      <p id={caption} class="paper-hint">
        {t('sign.preview')}
      </p>
      <p class="signature-text">{name || '\u00a0'}</p>
    </div>
  )
}
