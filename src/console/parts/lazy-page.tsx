import { type ComponentType } from 'preact'
import { Problem } from '../api/problem.ts'
import { ErrorNotice, Skeleton } from './notices.tsx'
import { PageTitle } from './page-head.tsx'
import { t } from '../text/catalogue.ts'
import { useLoader } from './use-loader.ts'

/** A part of the console that is loaded when it is needed. @throws Problem `unreachable` */
const loadPart = <T,>(load: () => Promise<T>): Promise<T> =>
  load().catch(() => {
    throw new Problem('unreachable', 0)
  })

/** Loads a part, and says so where that has failed. */
export function usePart<T>(load: () => Promise<T>) {
  const loaded = useLoader(() => loadPart(load), [])
  return { ...loaded, retry: () => void retry(load, loaded.reload) }
}

/**
 * Some browsers keep the failure of a module as long as the page is open, and a service that was updated has the part under
 * another name. If the service answers and the import still fails, the page is reloaded.
 */
async function retry(load: () => Promise<unknown>, reload: () => void): Promise<void> {
  const isThere = await load().then(
    () => true,
    () => false,
  )
  const answer = isThere ? undefined : await fetch('/', { method: 'HEAD' }).catch(() => undefined)
  if (answer?.ok) location.reload()
  else reload()
}

/** A page that is loaded when it is first opened. */
export function lazyPage(load: () => Promise<ComponentType>): ComponentType {
  let known: ComponentType | undefined
  const loadOnce = async (): Promise<ComponentType> => (known ??= await load())
  return function LazyPage() {
    const { data, error, isSlow, retry } = usePart(loadOnce)
    const Page = known ?? data
    if (Page) return <Page />
    return (
      <div class="page">
        {error !== undefined && <PageTitle title={t('frame.notLoaded')} />}
        {error !== undefined && <ErrorNotice error={error} onRetry={retry} />}
        {error === undefined && isSlow && <Skeleton rows={8} />}
      </div>
    )
  }
}
