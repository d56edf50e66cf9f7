/** An element of a page of an XFA form, as PDF.js lays it out in HTML. */
export interface XfaNode {
  name: string
  value?: string
  attributes?: { type?: string; value?: unknown; textContent?: string; selected?: boolean }
  children?: (XfaNode | null | undefined)[]
}

const INLINE = new Set(['span', '#text', 'a', 'b', 'i', 'sub', 'sup'])

/** The words of a page of an XFA form (XML Forms Architecture 3.3) with the values that its fields have. */
export function xfaText(page: XfaNode): string {
  const pieces: string[] = []
  // No recursion: the depth is that of the form's XML.
  const pending: (XfaNode | null | undefined)[] = [page]
  while (pending.length > 0) {
    const node = pending.pop()
    if (!node) continue
    if (!INLINE.has(node.name)) pieces.push('\n')
    pieces.push(ownText(node))
    for (const child of node.children?.toReversed() ?? []) pending.push(child)
  }
  return pieces.join('')
}

function ownText({ name, value, attributes }: XfaNode): string {
  if (name === 'textarea') return attributes?.textContent ?? ''
  if (name === 'option') return attributes?.selected === true ? (value ?? '') : ''
  if (name !== 'input') return value ?? ''
  return attributes?.type === 'text' && typeof attributes.value === 'string' ? attributes.value : ''
}
