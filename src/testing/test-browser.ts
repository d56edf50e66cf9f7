/** Keeps cookies and follows redirects as a browser does, by the origin that has set them. */
export function createTestBrowser() {
  const jars = new Map<string, Map<string, string>>()
  const jarOf = ({ origin }: URL): Map<string, string> => {
    const jar = jars.get(origin) ?? new Map<string, string>()
    jars.set(origin, jar)
    return jar
  }

  /** One request, without its redirect. */
  async function visit(address: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address)
    const jar = jarOf(url)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...(cookie !== '' && { cookie }), ...(init.headers as Record<string, string>) },
      signal: AbortSignal.timeout(30_000),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      if (value === '') jar.delete(name!)
      else jar.set(name!, value!)
    }
    return response
  }

  return {
    visit,
    /** Follows redirects until an address is one of `stop`, which is not requested. @returns it */
    async follow(address: string, stop: RegExp): Promise<string> {
      for (let at = address, n = 0; n < 20; n++) {
        if (stop.test(at)) return at
        const response = await visit(at)
        const next = response.headers.get('location')
        if (next === null)
          throw new Error(`${at} does not go on: ${response.status} ${await response.text()}`)
        at = new URL(next, at).href
      }
      throw new Error(`too many redirects from ${address}`)
    },
    cookie: (origin: string, name: string) => jars.get(origin)?.get(name),
    setCookie: (origin: string, name: string, value: string) => jarOf(new URL(origin)).set(name, value),
  }
}
