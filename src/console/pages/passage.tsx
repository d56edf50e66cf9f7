import { useEffect, useRef } from 'preact/hooks'
import { type MarkedText, markedParts } from './marks.ts'

interface PassageProps {
  of: MarkedText
  /** It is where the search found something. */
  isHit?: boolean
  /** Scrolls to it. */
  isShown?: boolean
}

/** A paragraph in which is marked what the search found. */
export function Passage({ of, isHit = false, isShown = false }: PassageProps) {
  const own = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    if (isShown) own.current?.scrollIntoView({ block: 'center' })
  }, [isShown])
  return (
    <p ref={own} class={isHit ? 'passage hit' : 'passage'}>
      <Marked of={of} />
    </p>
  )
}

export function Marked({ of }: { of: MarkedText }) {
  return (
    <>{markedParts(of).map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part))}</>
  )
}
