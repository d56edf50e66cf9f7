/** Requests per CPU-second, against a bare node:http server that returns the same bytes. */
import { signatureImage } from '../../commands/seed/signature-image.ts'
import { createRandom } from '../../runtime/seeded-random.ts'
import { compareWithBare } from '../compare-with-bare.ts'
import { withJson } from '../load.ts'
import type { Bench, Measurement, Row } from '../measurement.ts'
import { openBench } from '../open-bench.ts'
import { newDocument, prose } from '../texts.ts'

const LISTED = 1_000
const CACHED = 64

/** Each read is a view that is counted and written. */
export const cached: Measurement = {
  name: 'cached',
  async run(bench) {
    const ids = await bench.documents(CACHED)
    let n = 0
    return compareWithBare(bench, {
      measure: 'GET a cached document, its view counted',
      aim: 3,
      status: 200,
      next: () => ({ method: 'GET', path: `/documents/${ids[n++ % CACHED]}` }),
    })
  },
}

export const list: Measurement = {
  name: 'list',
  async run(bench) {
    await bench.documents(bench.scale.rounds > 1 ? LISTED : 20)
    return compareWithBare(bench, {
      measure: 'GET a list of 20',
      aim: 12,
      status: 200,
      next: () => ({ method: 'GET', path: '/documents?limit=20' }),
    })
  },
}

export const create: Measurement = {
  name: 'create',
  run: (bench) => aloneAndAll(bench, 'POST a document of 1 KB', 40, createDocuments),
}

export const sign: Measurement = {
  name: 'sign',
  run: (bench) => aloneAndAll(bench, 'POST a signature with its image', 50, signDocuments),
}

type Measure = (bench: Bench, measure: string, aim?: number) => Promise<Row[]>

/** In a service of the roles that answer alone, and in one of all roles, where it also pays for what follows the answer. */
async function aloneAndAll(bench: Bench, measure: string, aim: number, run: Measure): Promise<Row[]> {
  const alone = await openBench(bench.scale, 'document,signature')
  try {
    const rows = await run(alone, measure, aim)
    return [...rows, ...(await run(bench, `${measure}, until all messages are sent and indexed (all roles)`))]
  } finally {
    await alone.stop()
  }
}

const createDocuments: Measure = (bench, measure, aim) =>
  compareWithBare(bench, {
    measure,
    ...(aim !== undefined && { aim }),
    status: 201,
    prepare: () => bench.settled(),
    next: () => withJson('POST', '/documents', newDocument(prose(1_024))),
    settle: () => bench.settled(),
  })

/** A document is moved by its first signature only, so that each one here is of another document. */
const signDocuments: Measure = (bench, measure, aim) => {
  const image = signatureImage(createRandom(1))
  let unsigned: string[] = []
  return compareWithBare(bench, {
    measure,
    ...(aim !== undefined && { aim }),
    status: 201,
    async prepare() {
      unsigned = await bench.newDocuments(bench.scale.signaturesPerRound)
      await bench.settled()
    },
    next() {
      const document_id = unsigned.pop()
      if (document_id === undefined) return undefined
      const signer = { signer_email: 'bob@example.com', signer_name: 'Bob' }
      return withJson('POST', '/signatures', { document_id, ...signer, signature_data: image })
    },
    settle: () => bench.settled(),
  })
}
