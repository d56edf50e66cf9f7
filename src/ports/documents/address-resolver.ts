import { experimental, status } from '@grpc/grpc-js'

type Listener = experimental.ResolverListener
type Endpoints = Parameters<Listener>[0]
type Endpoint = experimental.Endpoint
type Options = ConstructorParameters<Parameters<typeof experimental.registerResolver>[1]>[2]

const SCHEME = 'docmgr'

/**
 * The target of a channel to all of these addresses: grpc-js itself takes several only where all are numbers.
 * @param addresses `host:port`; a host's name stands for all its addresses, and is looked up again when one fails
 */
export function targetOf(addresses: readonly string[]): string {
  experimental.registerResolver(SCHEME, AddressResolver)
  return `${SCHEME}:${addresses.join(',')}`
}

/** One of grpc-js' DNS resolvers for each address, and all that they find together. */
class AddressResolver implements experimental.Resolver {
  readonly #children: experimental.Resolver[]
  /** what each child has found last; undefined: nothing yet */
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
          // Not before there is something to say: the channel waits that long.
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
      // A name server that is away for a moment takes no addresses away.
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
