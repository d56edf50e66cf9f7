import { useLocation } from 'preact-iso/router'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { api, dataOf } from '../api/client.ts'
import { EmptyNotice, ErrorNotice, Skeleton } from '../parts/notices.tsx'
import { PageTitle } from '../parts/page-head.tsx'
import { useChanges } from '../parts/use-changes.ts'
import { useKeys } from '../parts/use-keys.ts'
import { useLoader } from '../parts/use-loader.ts'
import { plural, t } from '../text/catalogue.ts'
import { uploads } from '../uploads.ts'
import { DocumentRows } from './document-rows.tsx'
import { Facets, FilterChips } from './facets.tsx'
import { hasFilters, type ListAddress, readAddress, type Sort, SORTS, writeAddress } from './list-address.ts'
import { useFirstHit } from './use-first-hit.ts'
import { type ListPage, PAGE_SIZE, readFacets, readList } from './read-list.ts'

export function DocumentsPage() {
  const { url, route } = useLocation()
  const address = useMemo(() => readAddress(url), [url])
  const [count, setCount] = useState(PAGE_SIZE)
  useEffect(() => setCount(PAGE_SIZE), [url])
  const list = useLoader((signal) => readList(address, count, signal), [url, count], url)
  const facets = useLoader((signal) => readFacets(address, signal), [url], url)
  // An earlier list stays under its own heading for a moment, so that nothing flashes by while somebody types.
  const shown = list.data ?? (list.isSlow ? undefined : list.previous)
  const goToHits = useFirstHit(list, address.q)
  useChanges('/events', {
    isList: true,
    onChange() {
      list.reload()
      facets.reload()
    },
  })
  const show = (change: Partial<ListAddress>, replace = false): void =>
    route(writeAddress({ ...address, ...change }), replace)
  const isNothing = shown?.total === 0 && !hasFilters(shown.address)
  const isEmpty = isNothing && shown.address.q === ''
  return (
    <div class="page documents">
      <PageTitle title={t('documents.title')} />
      <SearchBox
        q={address.q}
        onChange={(q) => {
          goToHits(undefined)
          show({ q }, true)
        }}
        onGo={(q) => {
          show({ q }, true)
          goToHits(q)
        }}
      />
      {isEmpty ? (
        <NoDocuments />
      ) : (
        <div class={isNothing ? 'columns whole' : 'columns'}>
          {!isNothing && (
            <Facets
              address={address}
              counts={facets.data ?? facets.previous}
              isOld={facets.data === undefined}
              onChange={(filters) => show({ filters })}
            />
          )}
          <section class="box" aria-label={t('documents.title')}>
            <ListHead address={shown?.address ?? address} page={shown} onSort={(sort) => show({ sort })} />
            <FilterChips address={address} onChange={(filters) => show({ filters })} />
            {list.error !== undefined && <ErrorNotice error={list.error} onRetry={list.reload} />}
            {list.data === undefined && list.isSlow && <Skeleton rows={8} />}
            {shown && <DocumentRows documents={shown.documents} q={shown.address.q} />}
            {shown?.total === 0 && <NoMatch />}
            {list.data?.hasMore && (
              <p class="more">
                <button type="button" onClick={() => setCount(list.data!.documents.length + PAGE_SIZE)}>
                  {t('documents.more')}
                </button>
              </p>
            )}
          </section>
        </div>
      )}
    </div>
  )
}

/** A pause in typing that starts the search. */
const TYPING_MS = 200

interface SearchBoxProps {
  q: string
  onChange: (q: string) => void
  /** The reader wants to go on to what is found. */
  onGo: (q: string) => void
}

function SearchBox({ q, onChange, onGo }: SearchBoxProps) {
  const input = useRef<HTMLInputElement>(null)
  const timer = useRef<number>(undefined)
  useKeys({ '/': () => input.current?.focus() })
  // What is being typed is newer than the address.
  useEffect(() => {
    if (document.activeElement !== input.current) input.current!.value = q
  }, [q])
  const start = (): void => {
    clearTimeout(timer.current)
    const { value } = input.current!
    timer.current = setTimeout(() => onChange(value), TYPING_MS) as unknown as number
  }
  const go = (): void => {
    clearTimeout(timer.current)
    onGo(input.current!.value)
  }
  /** The first time it clears, as browsers do by themselves in different ways. */
  const leave = (): void => {
    clearTimeout(timer.current)
    const own = input.current!
    if (own.value === '') return own.blur()
    own.value = ''
    onChange('')
  }
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        go()
      }}
    >
      <input
        ref={input}
        type="search"
        class="search"
        defaultValue={q}
        aria-label={t('documents.search')}
        aria-keyshortcuts="/"
        placeholder={t('documents.placeholder')}
        autocomplete="off"
        onInput={start}
        onKeyDown={(event) => {
          const run = { ArrowDown: go, Escape: leave }[event.key]
          if (!run || event.isComposing) return
          event.preventDefault()
          run()
        }}
      />
    </form>
  )
}

interface ListHeadProps {
  address: ListAddress
  page: ListPage | undefined
  onSort: (sort: Sort) => void
}

function ListHead({ address: { q, sort }, page, onSort }: ListHeadProps) {
  const isSearch = q.trim() !== ''
  const key = isSearch ? 'documents.matches' : 'documents.count'
  return (
    <div class="box-head">
      <p role="status">
        {page && (page.isExact ? plural(key, page.total) : t(`${key}More`, { count: page.total }))}
      </p>
      {isSearch ? (
        page !== undefined && page.total > 0 && <p class="dim">{t('documents.best')}</p>
      ) : (
        <label class="sort">
          <span class="dim">{t('documents.sort')}</span>
          <select value={sort} onChange={({ currentTarget: { value } }) => onSort(value as Sort)}>
            {SORTS.map((one) => (
              <option key={one} value={one}>
                {t(`documents.sort.${one}`)}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  )
}

function NoDocuments() {
  return (
    <EmptyNotice title={t('empty.title')}>
      <p>{t('empty.text')}</p>
      <p>
        <button type="button" class="primary" onClick={uploads.open}>
          {t('upload.files')}
        </button>
      </p>
      <p class="dim">
        {t('empty.command')} <code>npx docmgr import FOLDER</code>
      </p>
    </EmptyNotice>
  )
}

/** What a search cannot find by its text. */
const UNREAD = 'text_state:empty OR text_state:failed'

function NoMatch() {
  const { data } = useLoader(
    (signal) => dataOf(api.GET('/search', { params: { query: { q: UNREAD, size: 1 } }, signal })),
    [],
  )
  return (
    <EmptyNotice title={t('noMatch.title')}>
      <p>{t('noMatch.text')}</p>
      {data !== undefined && data.total > 0 && (
        <p>
          <a href={`/?${new URLSearchParams({ q: UNREAD })}`}>{t('noMatch.unread')}</a>
        </p>
      )}
      <p>
        <a href="/">{t('noMatch.clear')}</a>
      </p>
    </EmptyNotice>
  )
}
