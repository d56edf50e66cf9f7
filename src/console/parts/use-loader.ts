import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { isUnreachable } from '../api/problem.ts'

export interface Loaded<T> {
  /** what was read last of this subject, also while it is read again or that has failed */
  data: T | undefined
  /** what was read last of another subject, while there is no answer for this one */
  previous: T | undefined
  error: unknown
  /** true only when it takes so long that the page should say so */
  isSlow: boolean
  reload: () => void
}

interface State<T> {
  /** what has been asked about */
  subject: string
  data: T | undefined
  previous: T | undefined
  error: unknown
  isSlow: boolean
}

/** Shorter waits show nothing, because what flashes by disturbs. */
const SLOW_MS = 300
/** The pause before a service that did not answer is asked again, while somebody looks. */
const RETRY_MS = 5_000

/** The state for a subject: an answer about another one is never the answer about this one. */
const about = <T>(state: State<T>, subject: string): State<T> =>
  state.subject === subject
    ? state
    : {
        subject,
        data: undefined,
        previous: state.data ?? state.previous,
        error: undefined,
        isSlow: false,
      }

/**
 * Reads state from the service, and again when `inputs` change or `reload` is called. Each read has a number, and only the
 * answer of the newest counts, so that an older one that is slower cannot replace it. While the service does not answer, it
 * is asked again every few seconds.
 * @param subject what is asked about, such as a query; other inputs only say how much of it, or that it has changed
 */
export function useLoader<T>(
  load: (signal: AbortSignal) => Promise<T>,
  inputs: unknown[],
  subject = '',
): Loaded<T> {
  const [state, setState] = useState<State<T>>({
    subject,
    data: undefined,
    previous: undefined,
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
    const change = (next: Partial<State<T>>): void => {
      if (isNewest()) setState((before) => ({ ...about(before, subject), ...next }))
    }
    const timer = setTimeout(() => change({ isSlow: true }), SLOW_MS)
    load(controller.signal)
      .then(
        (data) => change({ data, previous: undefined, error: undefined, isSlow: false }),
        (error: unknown) => change({ error, previous: undefined, isSlow: false }),
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
  const { data, previous, error, isSlow } = about(state, subject)
  useEffect(() => {
    if (!isUnreachable(error)) return
    const timer = setInterval(() => {
      if (document.hidden) return
      clearInterval(timer)
      reload()
    }, RETRY_MS)
    return () => clearInterval(timer)
  }, [error, reload])
  return { data, previous, error, isSlow, reload }
}
