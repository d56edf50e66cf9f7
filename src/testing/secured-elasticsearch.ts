/**
 * Elasticsearch with security. The node of docker/native has none, since its modules are not published: a proxy before it
 * stands for that. It takes roles and users, and lets through what the privileges of a role allow by Elasticsearch's
 * documentation.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { stack } from './stack.ts'
import type { Undo } from './undoing.ts'

interface RoleBody {
  cluster: string[]
  indices: { names: string[]; privileges: string[] }[]
}

/** The action behind each request of docmgr. */
const ACTIONS: [request: RegExp, action: string][] = [
  [/^GET \/_cluster\/health/, 'cluster:monitor/health'],
  [/^GET .*\/_alias$/, 'indices:admin/aliases/get'],
  [/^PUT .*\/_alias\/|^POST \/_aliases/, 'indices:admin/aliases'],
  [/^PUT \/[^/_][^/]*$/, 'indices:admin/create'],
  [/^PUT .*\/_settings/, 'indices:admin/settings/update'],
  [/^POST .*\/_analyze/, 'indices:admin/analyze'],
  [/^POST .*\/_refresh/, 'indices:admin/refresh'],
  [/^POST .*\/_search/, 'indices:data/read/search'],
  [/^POST .*\/_mget/, 'indices:data/read/mget'],
  [/^POST .*\/_bulk/, 'indices:data/write/bulk'],
]
const PRIVILEGES: Record<string, RegExp> = {
  monitor: /^cluster:monitor\//,
  read: /^indices:data\/read\//,
  write: /^indices:data\/write\//,
  manage: /^indices:(admin|monitor)\//,
  view_index_metadata: /^indices:admin\/(aliases\/get|get|mappings\/|shards\/search_shards|validate\/query)/,
}

const grants = (privilege: string, action: string): boolean =>
  PRIVILEGES[privilege]?.test(action) ?? action.startsWith(privilege)

/** An index of the path is one of the names; requests of the cluster name none here. */
function isAllowed(role: RoleBody, action: string, path: string): boolean {
  if (action.startsWith('cluster:')) return role.cluster.some((privilege) => grants(privilege, action))
  const [, index = ''] = /^\/([^/_][^/?]*)/.exec(path) ?? []
  return role.indices.some(
    ({ names, privileges }) =>
      (index === '' || names.some((name) => new RegExp(`^${name.replace('*', '.*')}$`).test(index))) &&
      privileges.some((privilege) => grants(privilege, action)),
  )
}

/** Its superuser is elastic, with the password superuser. */
export async function startSecuredElasticsearch(t: Undo) {
  const roles = new Map<string, RoleBody>()
  const users = new Map([['elastic', { password: 'superuser', roles: [] as string[] }]])
  const refused = new Set<string>()
  const answer = (response: ServerResponse, status: number, body: object): void =>
    void response
      .writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' })
      .end(JSON.stringify(body))
  const refuse = (response: ServerResponse, status: number, reason: string): void =>
    answer(response, status, { error: { type: 'security_exception', reason }, status })

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const [, credentials = ''] = (request.headers.authorization ?? '').split(' ')
    const [name = '', password] = Buffer.from(credentials, 'base64').toString().split(':')
    const user = users.get(name)
    if (user === undefined || user.password !== password)
      return refuse(response, 401, `unable to authenticate user [${name}]`)
    const path = request.url!
    const [, kind, entry] = /^\/_security\/(role|user)\/(.*)$/.exec(path) ?? []
    if (kind !== undefined) {
      if (name !== 'elastic')
        return refuse(response, 403, 'action [cluster:admin/xpack/security] is unauthorized')
      const value: unknown = JSON.parse(body.toString())
      if (kind === 'role') roles.set(entry!, value as RoleBody)
      else users.set(entry!, value as { password: string; roles: string[] })
      return answer(response, 200, { created: true })
    }
    const line = `${request.method} ${path.replace(/\?.*/, '')}`
    const action = ACTIONS.find(([form]) => form.test(line))?.[1] ?? line
    if (!user.roles.some((role) => isAllowed(roles.get(role)!, action, path))) {
      refused.add(`${name} ${action}`)
      return refuse(response, 403, `action [${action}] is unauthorized for user [${name}]`)
    }
    const passed = await fetch(`${stack.elasticsearchUrl}${path}`, {
      method: request.method!,
      headers: {
        accept: request.headers.accept ?? '*/*',
        ...(body.length > 0 && { 'content-type': request.headers['content-type']! }),
      },
      ...(body.length > 0 && { body }),
    })
    answer(response, passed.status, (await passed.json()) as object)
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const urlOf = (user: string, password: string): string =>
    `http://${user}:${password}@127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    /** requests that were refused, each as the user and the action */
    refused,
    urlOf,
  }
}
