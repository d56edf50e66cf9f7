import { useEffect, useRef } from 'preact/hooks'
import { markedParts, type wordsOf } from './query-words.ts'

interface PassageProps {
  text: string
  isWanted: ReturnType<typeof wordsOf>
  /** It is where the search found something. */
  isHit?: boolean
  /** Scrolls to it. */
  isShown?: boolean
}

/** A paragraph in which the words of the search are marked. */
export function Passage({ text, isWanted, isHit = false, isShown = false }: PassageProps) {
  const own = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    if (isShown) own.current?.scrollIntoView({ block: 'center' })
  }, [isShown])
  return (
    <p ref={own} class={isHit ? 'passage hit' : 'passage'}>
      {markedParts(text, isWanted).map((part, index) =>
        part.found === undefined ? part.text : <mark key={index}>{part.text}</mark>,
      )}
    </p>
  )
}

/** The paragraphs of a text, or its lines where the file has only these. */
export const passagesOf = (text: string): string[] => text.split('\n').filter((one) => one.trim() !== '')
