import { useEffect } from 'preact/hooks'
import { type Loaded, useLoader } from './use-loader.ts'

export const REFRESH_MS = 10_000

/** Reads again every few seconds while somebody looks. */
export function useRepeated<T>(load: (signal: AbortSignal) => Promise<T>, inputs: unknown[] = []): Loaded<T> {
  const loaded = useLoader(load, inputs)
  const { reload } = loaded
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) reload()
    }, REFRESH_MS)
    return () => clearInterval(timer)
  }, [reload])
  return loaded
}
