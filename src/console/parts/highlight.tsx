const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}
const decode = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity]!)

/** A highlight of a search, HTML with `<em>` as its only tag: decoded here, so that no HTML from elsewhere is inserted. */
export function Highlight({ html }: { html: string }) {
  // Of what is split at tags, every second part was between them.
  const parts = html.split(/<\/?em>/)
  return (
    <>
      {parts.map((part, index) => (index % 2 === 1 ? <mark key={index}>{decode(part)}</mark> : decode(part)))}
    </>
  )
}
