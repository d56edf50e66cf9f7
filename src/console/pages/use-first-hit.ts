import { useEffect, useState } from 'preact/hooks'
import type { Loaded } from '../parts/use-loader.ts'
import type { ListPage } from './read-list.ts'

/**
 * Moves the focus from the search to the first match, once the answer to this query is there.
 * @returns begins to wait for the answer to a query; undefined: not any more
 */
export function useFirstHit(
  { data, error }: Loaded<ListPage>,
  q: string,
): (wanted: string | undefined) => void {
  const [wanted, setWanted] = useState<string>()
  useEffect(() => {
    if (wanted === undefined || wanted !== q || (!data && error === undefined)) return
    setWanted(undefined)
    // Who has gone elsewhere in the meantime stays there.
    if (data && document.activeElement?.matches('input.search'))
      document.querySelector<HTMLElement>('.row-title')?.focus()
  }, [wanted, q, data, error])
  return setWanted
}
