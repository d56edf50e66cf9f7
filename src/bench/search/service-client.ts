import { setTimeout as delay } from 'node:timers/promises'

/** Milliseconds without any progress of texts. */
const STALL_MS = 120_000
export interface Upload {
  /** without one, the content's own title is taken */
  title?: string
  file_name?: string
  author: string
  contentType: string
  bytes: Buffer
}

export interface Hit {
  title: string
}

/** What a bench of searches asks of a running docmgr. @param urls of its HTTP port */
export function createServiceClient(url: string) {
  async function ask(
    path: string,
    parameters: Record<string, string>,
    init: RequestInit = {},
  ): Promise<Response> {
    const response = await fetch(`${url}${path}?${new URLSearchParams(parameters)}`, init)
    if (!response.ok)
      throw new Error(`${path} ${JSON.stringify(parameters)}: ${response.status} ${await response.text()}`)
    return response
  }

  async function search(parameters: Record<string, string>): Promise<{ total: number; documents: Hit[] }> {
    return (await ask('/search', parameters)).json() as Promise<{ total: number; documents: Hit[] }>
  }

  const finds = async (author: string, q: string): Promise<boolean> =>
    (await search({ q, created_by: author, size: '1' })).total > 0

  return {
    search,
    finds,

    async upload({ author, contentType, bytes, ...names }: Upload): Promise<string> {
      const response = await ask(
        '/documents',
        { ...names, created_by: author },
        {
          method: 'POST',
          headers: { 'content-type': contentType, 'content-disposition': 'attachment' },
          body: new Uint8Array(bytes),
        },
      )
      return ((await response.json()) as { id: string }).id
    },

    async textOf(id: string): Promise<{ state: string; reason?: string; cut?: boolean }> {
      return ((await (await ask(`/documents/${id}`, {})).json()) as { text: { state: string } }).text
    },

    /** Waits until the texts of so many documents are read and searches know it. */
    async untilRead(count: number): Promise<void> {
      let most = -1
      let progressAt = performance.now()
      const parameters = new URLSearchParams({ q: '-nosuchwordindocmgr', size: '1' })
      for (const state of ['indexed', 'empty', 'failed']) parameters.append('text_state', state)
      for (;;) {
        const response = await fetch(`${url}/search?${parameters}`)
        const { total } = (await response.json()) as { total: number }
        if (total >= count) return
        if (total > most) {
          most = total
          progressAt = performance.now()
        } else if (performance.now() - progressAt > STALL_MS)
          throw new Error(`searches know the texts of ${total} of ${count} documents, and get on with none`)
        await delay(200)
      }
    },
  }
}

export type ServiceClient = ReturnType<typeof createServiceClient>
