import { useEffect, useRef } from 'preact/hooks'

export interface ChangeMessage {
  type: string
  data: Record<string, unknown>
  timestamp: string
  position?: string
}

interface ChangeHandlers {
  /** Something has changed, or may have while nobody was listening: read it again. */
  onChange: () => void
  onMessage?: (message: ChangeMessage) => void
  /** Whether a message tells of something that is not shown yet; without it, each does. */
  isNews?: (message: ChangeMessage) => boolean
  /** The state is a list: it comes from an index, which has a change a moment after the database. */
  isList?: boolean
}

/** Changes that come together are one. */
const SETTLE_MS = 300
const SECOND_LOOK_MS = 1_500
const RECONNECT_MS = 5_000
/** Who loses access gets no event of that document any more, so a list is read again from time to time. */
const LIST_AGE_MS = 15_000

/**
 * Follows server-sent events. They say that state has changed, and never what it is. A hidden page does not listen, since
 * each stream takes one of the few connections of a browser; it looks again when it is shown.
 * @param url undefined: there is nothing to follow
 */
export function useChanges(url: string | undefined, handlers: ChangeHandlers): void {
  const current = useRef(handlers)
  current.current = handlers
  useEffect(() => {
    if (url === undefined) return
    let source: EventSource | undefined
    const timers = new Map<string, number>()
    const later = (name: string, millis: number, run: () => void): void => {
      clearTimeout(timers.get(name))
      const timer = setTimeout(() => {
        timers.delete(name)
        run()
      }, millis)
      timers.set(name, timer as unknown as number)
    }
    const look = (): void => {
      // Not put off by further changes: while a folder is imported there is always one.
      if (!timers.has('first')) later('first', SETTLE_MS, () => current.current.onChange())
      if (current.current.isList) later('second', SECOND_LOOK_MS, () => current.current.onChange())
    }
    const open = (): void => {
      source?.close()
      source = new EventSource(url)
      source.onmessage = ({ data }) => {
        const message = JSON.parse(data as string) as ChangeMessage
        const { isNews, onMessage } = current.current
        onMessage?.(message)
        if (isNews?.(message) ?? true) look()
      }
      source.addEventListener('reset', look)
      // Such as because access has ended; what can be read then tells. The browser would connect again at once.
      source.addEventListener('connection.closed', () => {
        source?.close()
        later('open', RECONNECT_MS, open)
        look()
      })
      // A stream without a past begins after the state was read.
      if (current.current.isList) source.addEventListener('connection.established', look)
      // The browser connects again by itself, but not after an answer that is no stream.
      source.onerror = () => {
        if (source?.readyState === EventSource.CLOSED) later('open', RECONNECT_MS, open)
      }
    }
    const onVisibility = (): void => {
      clearTimeout(timers.get('open'))
      if (document.hidden) return source?.close()
      open()
      look()
    }
    const aging = setInterval(() => {
      if (current.current.isList && !document.hidden) current.current.onChange()
    }, LIST_AGE_MS)
    if (!document.hidden) open()
    document.addEventListener('visibilitychange', onVisibility)
    return () => {
      document.removeEventListener('visibilitychange', onVisibility)
      for (const timer of timers.values()) clearTimeout(timer)
      clearInterval(aging)
      source?.close()
    }
  }, [url])
}
