import Router from '@koa/router'
import type { Endpoint } from './endpoint.ts'

export interface Route {
  /** undefined: the path is unknown, or it does not have the method */
  endpoint: Endpoint | undefined
  /** as the metrics name it, such as `/documents/:id` */
  template: string
  /** of the path, decoded */
  params: Record<string, string>
  /** the methods of a path that lacks this one */
  allowed: readonly string[]
}

/**
 * Finds the endpoint of a request with @koa/router. Of the router only `match` is used, because its middleware composes
 * a chain for each request, and that doubled the CPU of a cached read.
 */
export function createRoutes(endpoints: readonly Endpoint[]): (method: string, path: string) => Route {
  const router = new Router()
  const byName = new Map(endpoints.map((endpoint) => [endpoint.operationId, endpoint]))
  for (const { operationId: name, method, path } of endpoints) {
    const template = path.replace(/\{(\w+)\}/g, ':$1')
    router.register(template, method === 'GET' ? ['HEAD', 'GET'] : [method], () => {}, { name })
  }
  return (method, path) => {
    const found = router.match(path, method)
    const layer = found.pathAndMethod[0]
    if (!layer) {
      const allowed = [...new Set(found.path.flatMap(({ methods }) => methods))]
      return { endpoint: undefined, template: 'none', params: {}, allowed }
    }
    const captures = layer.regexp.exec(path)!.slice(1)
    const params = captures.length > 0 ? layer.params(path, captures) : {}
    return { endpoint: byName.get(layer.name!), template: String(layer.path), params, allowed: [] }
  }
}
