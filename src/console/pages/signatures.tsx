import { type Signature } from '../api/client.ts'
import { Time } from '../parts/time.tsx'
import { t } from '../text/catalogue.ts'

/** Data that browsers draw; other data may be a name that was typed. */
const IMAGE = /^data:image\/(png|jpeg|webp|gif|svg\+xml);base64,/
/** A name; what is longer is something else, such as an image without the head of a data URL. */
const MAX_NAME_CHARS = 255

export function Signatures({ signatures }: { signatures: readonly Signature[] }) {
  return (
    <section class="box">
      <div class="box-head">
        <h2>{t('signatures.title')}</h2>
      </div>
      {signatures.length === 0 && <p class="pad dim">{t('signatures.none')}</p>}
      <ul class="signatures">
        {signatures.map(({ id, signer_name, signer_email, signed_by, signed_at, signature_data }) => (
          <li key={id}>
            <SignatureMark data={signature_data} name={signer_name} />
            <strong>{signer_name}</strong>
            <span class="dim">{signer_email}</span>
            {signed_by !== null && <span class="dim">{t('signatures.by', { name: signed_by })}</span>}
            <span class="dim">
              <Time at={signed_at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function SignatureMark({ data, name }: { data: string | null; name: string }) {
  if (data === null) return null
  if (IMAGE.test(data))
    return <img class="signature-image" src={data} alt={t('signatures.image', { name })} />
  return data.length <= MAX_NAME_CHARS ? <span class="signature-text">{data}</span> : null
}
