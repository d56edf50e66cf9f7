import type { Endpoint } from './endpoint.ts'

/** An endpoint and what its path says of a request. */
export interface Route {
  endpoint: Endpoint
  /** the router's template, such as `/documents/:id`; the metrics name it */
  path: string
  params: Record<string, string>
}

/** What the router makes of a path and its methods. */
export interface Layer {
  methods: string[]
  path: string
  regexp: RegExp
  paramNames: { name: string }[]
  /** the parameters by name, decoded */
  params(path: string, captures: string[]): Record<string, string>
}

interface Candidate {
  endpoint: Endpoint
  layer: Layer
}

/**
 * Finds the endpoint of a request by the router's own patterns, but only among those of its method, and the first that
 * matches is it. The router itself would look at all of them, keep a list of what matched, and compose middlewares for
 * each request; it is asked when nothing was found, for what is allowed instead.
 */
export function createRouteTable(): {
  add(endpoint: Endpoint, layer: Layer): void
  find(method: string, path: string): Route | undefined
} {
  const byMethod = new Map<string, Candidate[]>()
  return {
    add(endpoint, layer) {
      for (const method of layer.methods) {
        const candidates = byMethod.get(method) ?? []
        byMethod.set(method, candidates)
        candidates.push({ endpoint, layer })
      }
    },
    find(method, path) {
      const candidates = byMethod.get(method)
      if (!candidates) return undefined
      for (const { endpoint, layer } of candidates) {
        const match = layer.regexp.exec(path)
        if (match) return { endpoint, path: layer.path, params: paramsOf(layer, path, match) }
      }
      return undefined
    },
  }
}

function paramsOf(layer: Layer, path: string, match: RegExpExecArray): Record<string, string> {
  if (path.includes('%')) return layer.params(path, match.slice(1))
  const params: Record<string, string> = {}
  layer.paramNames.forEach(({ name }, n) => (params[name] = match[n + 1]!))
  return params
}
