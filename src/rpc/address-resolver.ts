import { experimental, status } from '@grpc/grpc-js'

type Listener = experimental.ResolverListener
type Endpoints = Parameters<Listener>[0]
type Endpoint = experimental.Endpoint
type Options = ConstructorParameters<Parameters<typeof experimental.registerResolver>[1]>[2]

const SCHEME = 'docmgr'

/**
 * The target of a channel to several addresses. grpc-js itself accepts several only where all are IP addresses.
 * @param addresses `host:port`; a name stands for all its addresses, and is resolved again when one fails
 */
export function targetOf(addresses: readonly string[]): string {
  experimental.registerResolver(SCHEME, AddressResolver)
  return `${SCHEME}:${addresses.join(',')}`
}

/** Combines the results of one DNS resolver of grpc-js for each address. */
class AddressResolver implements experimental.Resolver {
  readonly #children: experimental.Resolver[]
  /** the last result of each child; undefined: none yet */
  readonly #found: (Endpoint[] | undefined)[]
  readonly #failed = new Set<number>()

  constructor({ path }: experimental.GrpcUri, listener: Listener, options: Options) {
    const addresses = path.split(',')
    this.#found = addresses.map(() => undefined)
    this.#children = addresses.map((address, index) =>
      experimental.createResolver(
        { scheme: 'dns', path: address },
        (result, attributes, config, note) => {
          const all = this.#add(index, result)
          // The channel waits for the first result.
          return all === undefined || listener(all, attributes, config, note)
        },
        options,
      ),
    )
  }

  #add(index: number, result: Endpoints): Endpoints | undefined {
    if (result.ok) {
      this.#found[index] = result.value
      this.#failed.delete(index)
    } else {
      // Keeps the last addresses while the name server does not answer.
      this.#failed.add(index)
    }
    const all = this.#found.flatMap((endpoints) => endpoints ?? [])
    if (all.length > 0) return experimental.statusOrFromValue(all)
    if (this.#failed.size < this.#children.length) return undefined
    return experimental.statusOrFromError({ code: status.UNAVAILABLE, details: 'no address can be resolved' })
  }

  updateResolution(): void {
    for (const child of this.#children) child.updateResolution()
  }

  destroy(): void {
    for (const child of this.#children) child.destroy()
  }

  static getDefaultAuthority({ path }: experimental.GrpcUri): string {
    return path.split(',')[0]!
  }
}
