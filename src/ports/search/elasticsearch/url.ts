/** The nodes of Elasticsearch and the credentials for them. */
export interface ElasticsearchAddress {
  /** http(s)://host:port, without a user */
  nodes: URL[]
  auth?: { username: string; password: string } | { apiKey: string }
}

const EXAMPLE =
  'elasticsearch:http://host:9200 or elasticsearch:https://user:password@host:9200,https://host2:9200'

/**
 * Parses `elasticsearch:http://[user:password@]host:port[,http://host2:port…][?apiKey=…]`. User and key are
 * percent-encoded and apply to all nodes, whichever address they stand at.
 * @throws Error with a sentence for the operator, without secrets
 */
export function parseElasticsearchUrl(url: string): ElasticsearchAddress {
  const given = url.slice('elasticsearch:'.length).split(',')
  const nodes = given.map((text, place) => {
    const node = URL.canParse(text) ? new URL(text) : undefined
    if (!node || !/^https?:$/.test(node.protocol))
      throw invalid(`address ${place + 1} is not http:// or https://`)
    return node
  })
  const auth = authOf(nodes)
  for (const node of nodes) {
    if (node.hash || [...node.searchParams.keys()].some((name) => name !== 'apiKey'))
      throw invalid('apiKey is the only parameter')
    node.search = node.username = node.password = ''
  }
  return { nodes, ...(auth && { auth }) }
}

function authOf(nodes: URL[]): ElasticsearchAddress['auth'] {
  const apiKey = nodes.map(({ searchParams }) => searchParams.get('apiKey')).find(Boolean)
  const user = nodes.find(({ username }) => username !== '')
  if (apiKey && user) throw invalid('either a user or apiKey, not both')
  if (apiKey) return { apiKey }
  return user && { username: decoded(user.username), password: decoded(user.password) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('user and password must be percent-encoded')
  }
}

const invalid = (what: string): Error => new Error(`search.url: ${what}; it is like ${EXAMPLE}`)
