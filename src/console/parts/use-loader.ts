import { useCallback, useEffect, useRef, useState } from 'preact/hooks'

export interface Loaded<T> {
  /** what was read last, also while it is read again or that has failed */
  data: T | undefined
  error: unknown
  /** true only when it takes so long that the page should say so */
  isSlow: boolean
  reload: () => void
}

/** Shorter waits show nothing, because what flashes by disturbs. */
const SLOW_MS = 300

/**
 * Reads state from the service, and again when `inputs` change or `reload` is called. Each read has a number, and only the
 * answer of the newest counts, so that an older one that is slower cannot replace it.
 */
export function useLoader<T>(load: (signal: AbortSignal) => Promise<T>, inputs: unknown[]): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, 'reload'>>({
    data: undefined,
    error: undefined,
    isSlow: false,
  })
  const newest = useRef(0)
  const abort = useRef<AbortController>(undefined)
  const reload = useCallback(() => {
    const own = ++newest.current
    abort.current?.abort()
    const controller = (abort.current = new AbortController())
    const isNewest = (): boolean => own === newest.current
    const timer = setTimeout(() => {
      if (isNewest()) setState((before) => ({ ...before, isSlow: true }))
    }, SLOW_MS)
    load(controller.signal)
      .then(
        (data) => {
          if (isNewest()) setState({ data, error: undefined, isSlow: false })
        },
        (error: unknown) => {
          if (isNewest()) setState((before) => ({ ...before, error, isSlow: false }))
        },
      )
      .finally(() => clearTimeout(timer))
  }, inputs)
  useEffect(() => {
    reload()
    return () => {
      newest.current++
      abort.current?.abort()
    }
  }, [reload])
  return { ...state, reload }
}
