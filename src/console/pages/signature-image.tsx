import { useEffect, useState } from 'preact/hooks'
import { t } from '../text/catalogue.ts'
import { type SourceRef } from './signature-source.ts'

/** A signature is small; a photo of one is made smaller before it is sent. */
const MAX_PIXELS = 800

export function SignatureImage({ source, onReady }: { source: SourceRef; onReady: () => void }) {
  const [data, setData] = useState<string>()
  const [isBad, setBad] = useState(false)
  useEffect(() => {
    source.current = () => data
    return () => {
      source.current = undefined
    }
  }, [source, data])
  const read = async (file: File | undefined): Promise<void> => {
    if (!file) return
    try {
      setData(await pngOf(file))
      setBad(false)
      onReady()
    } catch {
      setData(undefined)
      setBad(true)
    }
  }
  return (
    <div>
      <label class="field">
        <span>{t('sign.choose')}</span>
        <input
          type="file"
          accept="image/*"
          onChange={({ currentTarget }) => void read(currentTarget.files?.[0])}
        />
      </label>
      {isBad && (
        <p class="notice failed" role="alert">
          {t('sign.badImage')}
        </p>
      )}
      {data !== undefined && (
        <div class="paper">
          <img class="signature-image" src={data} alt={t('sign.preview')} />
        </div>
      )}
    </div>
  )
}

/** @throws where the file is not an image */
async function pngOf(file: File): Promise<string> {
  const image = await createImageBitmap(file)
  const scale = Math.min(1, MAX_PIXELS / Math.max(image.width, image.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(image.width * scale))
  canvas.height = Math.max(1, Math.round(image.height * scale))
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height)
  return canvas.toDataURL('image/png')
}
