import { useState } from 'preact/hooks'
import { isTextKey, languageName, number, t } from '../text/catalogue.ts'
import { typeName } from '../text/type-name.ts'
import { type Facet, FACETS, hasFilters, type ListAddress, NO_FILTERS } from './list-address.ts'
import { type FacetCounts } from './read-list.ts'

type Filters = ListAddress['filters']
interface FilterProps {
  address: ListAddress
  onChange: (filters: Filters) => void
}

/** Values of a facet that are shown at first. */
const SHOWN = 7

/** A value as people read it. */
function labelOf(facet: Facet, value: string): string {
  const key = `document.status.${value}`
  if (facet === 'status' && isTextKey(key)) return t(key)
  if (facet === 'language') return languageName(value)
  return facet === 'content_type' ? typeName(value) : value
}

const without = (filters: Filters, facet: Facet, value: string): Filters => ({
  ...filters,
  [facet]: filters[facet].filter((one) => one !== value),
})

interface FacetsProps extends FilterProps {
  counts: FacetCounts | undefined
  /** The counts are those of another list: values can be chosen, but how many have them is not known. */
  isOld: boolean
}

export function Facets({ address, counts, isOld, onChange }: FacetsProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <section class="facets" aria-label={t('filters.title')}>
      <button type="button" class="facets-open" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {t('filters.title')}
      </button>
      <div class={isOpen ? 'facet-list open' : 'facet-list'}>
        {FACETS.map((facet) => (
          <FacetValues
            key={facet}
            facet={facet}
            address={address}
            counts={counts?.[facet] ?? []}
            isOld={isOld}
            onChange={onChange}
          />
        ))}
      </div>
    </section>
  )
}

interface FacetValuesProps extends FilterProps {
  facet: Facet
  counts: FacetCounts[Facet]
  isOld: boolean
}

function FacetValues({ facet, address: { filters }, counts, isOld, onChange }: FacetValuesProps) {
  const [isAll, setAll] = useState(false)
  const chosen = filters[facet]
  // A chosen value stays, also when nothing has it any more.
  const missing = chosen
    .filter((value) => !counts.some(({ key }) => key === value))
    .map((key) => ({ key, count: 0 }))
  const values = [...counts, ...missing]
  if (values.length === 0) return null
  const shown = isAll ? values : values.slice(0, SHOWN)
  return (
    <fieldset>
      <legend>{t(`filters.${facet}`)}</legend>
      {shown.map(({ key: value, count }) => (
        <label key={value} class="facet" title={value}>
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={({ currentTarget: { checked } }) =>
              onChange(checked ? { ...filters, [facet]: [...chosen, value] } : without(filters, facet, value))
            }
          />
          <span class="facet-value">{labelOf(facet, value)}</span>
          <span class="facet-count">{!isOld && number(count)}</span>
        </label>
      ))}
      {shown.length < values.length && (
        <button type="button" class="link" onClick={() => setAll(true)}>
          {t('filters.all', { count: number(values.length) })}
        </button>
      )}
    </fieldset>
  )
}

/** The filters in force, each with a way to remove it. */
export function FilterChips({ address, onChange }: FilterProps) {
  if (!hasFilters(address)) return null
  const { filters } = address
  return (
    <p class="chips">
      {FACETS.flatMap((facet) =>
        filters[facet].map((value) => (
          <button
            key={`${facet} ${value}`}
            type="button"
            class="chip"
            aria-label={t('filters.remove', { value: labelOf(facet, value) })}
            onClick={() => onChange(without(filters, facet, value))}
          >
            {labelOf(facet, value)} <span aria-hidden="true">×</span>
          </button>
        )),
      )}
      <button type="button" class="link" onClick={() => onChange(NO_FILTERS)}>
        {t('filters.clear')}
      </button>
    </p>
  )
}
