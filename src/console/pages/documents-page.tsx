import { useLocation } from 'preact-iso/router'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
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
import { type ListPage, PAGE_SIZE, readFacets, readList } from './read-list.ts'

export function DocumentsPage() {
  const { url, route } = useLocation()
  const address = useMemo(() => readAddress(url), [url])
  const [count, setCount] = useState(PAGE_SIZE)
  useEffect(() => setCount(PAGE_SIZE), [url])
  const list = useLoader((signal) => readList(address, count, signal), [url, count])
  const facets = useLoader((signal) => readFacets(address, signal), [url])
  useChanges('/events', {
    isList: true,
    onChange() {
      list.reload()
      facets.reload()
    },
  })
  const show = (change: Partial<ListAddress>, replace = false): void =>
    route(writeAddress({ ...address, ...change }), replace)
  const isEmpty = list.data?.total === 0 && address.q === '' && !hasFilters(address)
  return (
    <div class="page documents">
      <PageTitle title={t('documents.title')} />
      <SearchBox q={address.q} onChange={(q) => show({ q }, true)} />
      {isEmpty ? (
        <NoDocuments />
      ) : (
        <div class="columns">
          <Facets address={address} counts={facets.data} onChange={(filters) => show({ filters })} />
          <section class="box" aria-label={t('documents.title')}>
            <ListHead address={address} page={list.data} onSort={(sort) => show({ sort })} />
            <FilterChips address={address} onChange={(filters) => show({ filters })} />
            {list.error !== undefined && <ErrorNotice error={list.error} onRetry={list.reload} />}
            {list.data === undefined && list.isSlow && <Skeleton rows={8} />}
            {list.data && <DocumentRows documents={list.data.documents} q={address.q} />}
            {list.data?.total === 0 && <NoMatch />}
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

function SearchBox({ q, onChange }: { q: string; onChange: (q: string) => void }) {
  const input = useRef<HTMLInputElement>(null)
  const timer = useRef<number>(undefined)
  useKeys({ '/': () => input.current?.focus() })
  // What is being typed is newer than the address.
  useEffect(() => {
    if (document.activeElement !== input.current) input.current!.value = q
  }, [q])
  const start = (millis: number): void => {
    clearTimeout(timer.current)
    const { value } = input.current!
    timer.current = setTimeout(() => onChange(value), millis) as unknown as number
  }
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        start(0)
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
        onInput={() => start(TYPING_MS)}
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
        <p class="dim">{t('documents.best')}</p>
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

function NoMatch() {
  return (
    <EmptyNotice title={t('noMatch.title')}>
      <p>{t('noMatch.text')}</p>
      <p>
        <a href="/">{t('noMatch.clear')}</a>
      </p>
    </EmptyNotice>
  )
}
