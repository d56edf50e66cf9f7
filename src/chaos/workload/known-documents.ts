import type { Random } from '../random.ts'

export interface KnownDocument {
  key: string
  id: string
  /** The client that made it; nobody else changes it unless it is contended. */
  owner: string
  contended: boolean
  deleted: boolean
  signatures: number
}

/** What the clients of a run know of each other's documents. */
export class KnownDocuments {
  readonly all: KnownDocument[] = []
  readonly #seed: number
  #count = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  /** A word that no other document, of this or another run, begins with. */
  newKey(): string {
    return `q${this.#seed.toString(36)}x${(++this.#count).toString(36)}z`
  }

  /** A document that the client may change: a recent one of its own, or a contended one. */
  pickFor(client: string, random: Random): KnownDocument | undefined {
    const usable = this.all.filter(
      ({ owner, contended, deleted }) => !deleted && (contended || owner === client),
    )
    const contended = usable.filter((document) => document.contended)
    if (contended.length > 0 && random.next() < 0.4) return random.pick(contended.slice(-3))
    return usable.length > 0 ? random.pick(usable.slice(-20)) : undefined
  }
}
