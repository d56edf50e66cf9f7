/** Terms that are asked for at once, and their characters; a search may have 200 words, of scripts without blanks one a character. */
export const MAX_TERMS = 20
const MAX_CHARS = 450

/** Whether a query finds the document. */
type Finds = (q: string) => Promise<boolean>

/** The terms that do not find it: all that are asked for together must. */
export const missing = (finds: Finds, terms: readonly string[]): Promise<string[]> =>
  select(terms, async (some) => !(await finds(some.join(' '))))

/** The terms that find it: of those that are asked for together any may. */
export const finding = (finds: Finds, terms: readonly string[], together: number): Promise<string[]> =>
  select(terms, (some) => finds(some.join(' OR ')), together)

/** @param hasAny whether one of these terms is selected */
async function select(
  terms: readonly string[],
  hasAny: (terms: readonly string[]) => Promise<boolean>,
  together = MAX_TERMS,
): Promise<string[]> {
  const selected: string[] = []
  const look = async (some: readonly string[]): Promise<void> => {
    if (!(await hasAny(some))) return
    if (some.length === 1) return void selected.push(...some)
    const half = some.length >> 1
    await look(some.slice(0, half))
    await look(some.slice(half))
  }
  for (const batch of batchesOf(terms, together)) await look(batch)
  return selected
}

function* batchesOf(terms: readonly string[], together: number): Generator<string[]> {
  let batch: string[] = []
  let chars = 0
  for (const term of terms) {
    const size = term.length + 4
    if (batch.length === together || (batch.length > 0 && chars + size > MAX_CHARS)) {
      yield batch
      batch = []
      chars = 0
    }
    batch.push(term)
    chars += size
  }
  if (batch.length > 0) yield batch
}
