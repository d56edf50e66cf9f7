/** The files that are being uploaded. They go on while the reader looks at other pages of the console. */
import type { Document } from './api/client.ts'
import { Problem } from './api/problem.ts'
import { randomKey } from './api/random-key.ts'
import { sendFile } from './api/send-file.ts'
import { createStore, useStore } from './parts/store.ts'
import { remember } from './preferences.ts'
import { t } from './text/catalogue.ts'
import { explainProblem } from './text/explain-problem.ts'

export interface Upload {
  key: string
  file: File
  owner: string
  state: 'waiting' | 'sending' | 'done' | 'failed'
  /** sent, from 0 to 1 */
  share: number
  /** why it failed, for the reader */
  reason?: string
  /** It would fail again. */
  isFinal?: boolean
  document?: Document
}

interface Uploads {
  isOpen: boolean
  /** whose owner is not known yet */
  chosen: readonly File[]
  list: readonly Upload[]
}

/** At once; browsers open six connections to an origin, and the page needs some. */
const AT_ONCE = 3

const store = createStore<Uploads>({ isOpen: false, chosen: [], list: [] })
const change = (part: Partial<Uploads>): void => store.set({ ...store.get(), ...part })

export const useUploads = (): Uploads => useStore(store)

export const isActive = ({ state }: Upload): boolean => state === 'waiting' || state === 'sending'

/** The service takes no file without content. */
export const isSendable = ({ size }: File): boolean => size > 0

const refused = (file: File): Upload => ({
  key: randomKey(),
  file,
  owner: '',
  state: 'failed',
  share: 0,
  reason: t('upload.empty'),
})

export const uploads = {
  open: () => change({ isOpen: true }),
  close: () => change({ isOpen: false, chosen: [], list: store.get().list.filter(isActive) }),
  /** Files that wait for the name of their owner. */
  choose(files: readonly File[]) {
    const { chosen, list } = store.get()
    const empty = files.filter((file) => !isSendable(file)).map(refused)
    change({ isOpen: true, chosen: [...chosen, ...files.filter(isSendable)], list: [...list, ...empty] })
  },
  start(owner: string) {
    remember('email', owner)
    const { chosen, list } = store.get()
    const added = chosen.map((file): Upload => ({
      key: randomKey(),
      file,
      owner,
      state: 'waiting',
      share: 0,
    }))
    change({ chosen: [], list: [...list, ...added] })
    startWaiting()
  },
  retry(key: string) {
    update(key, { state: 'waiting', share: 0 })
    startWaiting()
  },
}

function update(key: string, part: Partial<Upload>): void {
  change({ list: store.get().list.map((upload) => (upload.key === key ? { ...upload, ...part } : upload)) })
}

function startWaiting(): void {
  const { list } = store.get()
  const free = AT_ONCE - list.filter(({ state }) => state === 'sending').length
  const next = list.filter(({ state }) => state === 'waiting').slice(0, Math.max(free, 0))
  for (const upload of next) void send(upload)
}

async function send({ key, file, owner }: Upload): Promise<void> {
  update(key, { state: 'sending' })
  try {
    const document = await sendFile({ key, file, owner, onProgress: (share) => update(key, { share }) })
    update(key, { state: 'done', share: 1, document })
  } catch (error) {
    const isFinal = error instanceof Problem && error.code === 'payload-too-large'
    update(key, { state: 'failed', reason: explainProblem(error), isFinal })
  }
  startWaiting()
}

// A page that is closed ends its uploads.
addEventListener('beforeunload', (event) => {
  if (store.get().list.some(isActive)) event.preventDefault()
})
