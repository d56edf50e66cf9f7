import type SignaturePad from 'signature_pad'
import { useEffect, useRef, useState } from 'preact/hooks'
import { usePart } from '../parts/lazy-page.tsx'
import { ErrorNotice } from '../parts/notices.tsx'
import { t } from '../text/catalogue.ts'
import { type SourceRef } from './signature-source.ts'

const PEN = { minWidth: 0.8, maxWidth: 2.6, penColor: '#10131a' }

const loadPad = () => import('signature_pad').then((module) => module.default)

/** A pad to draw on. What is drawn is kept as lines, so it stays when the device is turned and the pad gets another size. */
export function DrawnSignature({ source, onReady }: { source: SourceRef; onReady: () => void }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const pad = useRef<SignaturePad>(undefined)
  const [isEmpty, setEmpty] = useState(true)
  // Loaded when it is needed: few who look at documents sign one.
  const { data: Pad, error, retry } = usePart(loadPad)
  useEffect(() => {
    if (!Pad) return
    const made = (pad.current = new Pad(canvas.current!, PEN))
    made.addEventListener('endStroke', () => setEmpty(made.isEmpty()))
    const stop = keepSize(canvas.current!, made)
    source.current = () => (made.isEmpty() ? undefined : made.toDataURL('image/png'))
    return () => {
      stop()
      made.off()
      source.current = undefined
    }
  }, [source, Pad])

  useEffect(() => {
    if (!isEmpty) onReady()
  }, [isEmpty])

  const change = (
    lines: (before: ReturnType<SignaturePad['toData']>) => ReturnType<SignaturePad['toData']>,
  ): void => {
    const drawn = pad.current
    if (!drawn) return
    drawn.fromData(lines(drawn.toData()))
    setEmpty(drawn.isEmpty())
  }
  if (error !== undefined) return <ErrorNotice error={error} onRetry={retry} />
  return (
    <div>
      <div class="paper">
        <canvas ref={canvas} class="pad-canvas" role="img" aria-label={t('sign.pad')} />
        {isEmpty && (
          <p class="paper-hint" aria-hidden="true">
            {t('sign.hint')}
          </p>
        )}
      </div>
      <div class="actions start">
        <button type="button" disabled={isEmpty} onClick={() => change((lines) => lines.slice(0, -1))}>
          {t('sign.undo')}
        </button>
        <button type="button" disabled={isEmpty} onClick={() => change(() => [])}>
          {t('sign.clear')}
        </button>
      </div>
    </div>
  )
}

/** Gives the canvas as many pixels as the screen has for it, and draws the lines again in the new size. */
function keepSize(canvas: HTMLCanvasElement, pad: SignaturePad): () => void {
  let width = 0
  const fit = (): void => {
    const { clientWidth, clientHeight } = canvas
    if (clientWidth === 0 || clientWidth === width) return
    const lines = pad.toData()
    const scale = width === 0 ? 1 : clientWidth / width
    width = clientWidth
    const ratio = Math.max(devicePixelRatio, 1)
    canvas.width = clientWidth * ratio
    canvas.height = clientHeight * ratio
    canvas.getContext('2d')!.scale(ratio, ratio)
    const scaled = lines.map((line) => ({
      ...line,
      points: line.points.map((point) => ({ ...point, x: point.x * scale, y: point.y * scale })),
    }))
    pad.fromData(scaled)
  }
  const observer = new ResizeObserver(fit)
  observer.observe(canvas)
  fit()
  return () => observer.disconnect()
}
