import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { test } from 'node:test'
import { createServiceTokens, type ServiceTokens } from '../../auth/service-tokens.ts'
import { DomainError, isProblem } from '../../domain/errors.ts'
import { type RequestContext, SIGNATURE_ROLE } from '../../domain/request.ts'
import { systemClock } from '../../runtime/clock.ts'
import { eventually } from '../../testing/deadline.ts'
import { freePorts } from '../../testing/free-ports.ts'
import { serveDocuments } from '../../testing/grpc.ts'
import { createKeyPair } from '../../testing/service-keys.ts'
import { serviceTokens } from '../../testing/service-tokens.ts'
import { signatureRoleContext, testContext, userContext } from '../../testing/context.ts'
import { GONE, documentsContractSuite } from './contract-suite.ts'
import { openGrpcDocuments } from './grpc.ts'
import { openMemoryDocuments } from '../../testing/memory-documents.ts'
import type { Documents } from './port.ts'

const connect = (port: number, options: Partial<Parameters<typeof openGrpcDocuments>[0]> = {}): Documents =>
  openGrpcDocuments({
    url: `grpc://127.0.0.1:${port}`,
    deadlineMs: 5_000,
    serviceTokens,
    ...options,
  })

documentsContractSuite('grpc', async () => {
  const role = openMemoryDocuments()
  const server = await serveDocuments(role)
  const documents = connect(server.port)
  return {
    documents,
    create: role.create,
    async stop() {
      await documents.stop()
      await server.stop(1_000)
    },
  }
})

/** Serves a document role with overridden methods, for a client. */
async function withRole(
  overrides: Partial<Documents>,
  use: (documents: Documents, server: Awaited<ReturnType<typeof serveDocuments>>) => Promise<void>,
  options: { mode?: 'open' | 'required'; serviceTokens?: ServiceTokens; deadlineMs?: number } = {},
): Promise<void> {
  const server = await serveDocuments({ ...openMemoryDocuments(), ...overrides }, options)
  const documents = connect(server.port, options)
  try {
    await use(documents, server)
  } finally {
    await documents.stop()
    await server.stop(500)
  }
}

test('a role that does not run is unavailable, and its documents are not reported as missing', async () => {
  const server = await serveDocuments(openMemoryDocuments())
  await server.stop(0)
  const documents = connect(server.port)
  await assert.rejects(documents.exists(GONE, testContext()), (error) => isProblem(error, 'unavailable'))
  await assert.rejects(documents.check(), (error) => isProblem(error, 'unavailable'))
  await documents.stop()
})

test('a call to a role that accepts connections and never answers ends at the deadline', async () => {
  const sockets = new Set<Socket>()
  const hung = createServer((socket) => void sockets.add(socket.on('error', () => {})))
  await new Promise<void>((resolve) => hung.listen(0, '127.0.0.1', resolve))
  const documents = connect((hung.address() as AddressInfo).port, { deadlineMs: 200 })
  const failure = (error: unknown): boolean => isProblem(error, 'deadline-exceeded')
  await assert.rejects(documents.exists(GONE, testContext()), failure)
  await documents.stop()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => hung.close(resolve))
})

test('a call whose handler hangs ends at the deadline, and its signal aborts', async () => {
  let given: RequestContext | undefined
  const exists = (_: string, context: RequestContext): Promise<never> => {
    given = context
    return new Promise((_, reject) =>
      context.signal.addEventListener('abort', () => reject(new Error('aborted'))),
    )
  }
  await withRole(
    { exists },
    async (documents) => {
      await assert.rejects(documents.exists(GONE, testContext()), (error) =>
        isProblem(error, 'deadline-exceeded'),
      )
      await eventually('the server to notice', () => given?.signal.aborted)
    },
    // Enough for the call to reach the server on a busy machine.
    { deadlineMs: 2_000 },
  )
})

test('a call whose signal aborts ends at once', async () => {
  const abort = new AbortController()
  const exists = (): Promise<never> => {
    abort.abort()
    return new Promise(() => {})
  }
  await withRole(
    { exists },
    async (documents) => {
      await assert.rejects(documents.exists(GONE, testContext({ signal: abort.signal })))
    },
    { deadlineMs: 60_000 },
  )
})

test('a call is retried when the role is unavailable for a moment', async () => {
  let calls = 0
  const exists: Documents['exists'] = async () => {
    if (++calls < 3) throw new DomainError('unavailable', 'not yet')
    return { exists: true, status: 'sent' }
  }
  await withRole({ exists }, async (documents) => {
    assert.deepEqual(await documents.exists(GONE, testContext()), { exists: true, status: 'sent' })
    assert.equal(calls, 3)
  })
})

test('retries stop when their budget is used up', async () => {
  let calls = 0
  const exists: Documents['exists'] = async () => {
    calls++
    throw new DomainError('unavailable', 'not now')
  }
  await withRole({ exists }, async (documents) => {
    for (let call = 0; call < 20; call++) await assert.rejects(documents.exists(GONE, testContext()))
  })
  assert.ok(calls < 40, `${calls} calls instead of 80`)
})

test('a permanent error is not retried, and keeps its code, text and fields', async () => {
  let calls = 0
  const error = new DomainError('validation-failed', 'titlé: must be “short”', {
    errors: [{ field: 'titlé', detail: 'must be “short”' }],
  })
  const get = async (): Promise<never> => {
    calls++
    throw error
  }
  await withRole({ get }, async (documents) => {
    const received = await documents.get(GONE, testContext()).catch((failure: unknown) => failure)
    assert.ok(isProblem(received, 'validation-failed'))
    assert.equal(received.message, error.message)
    assert.deepEqual(received.errors, error.errors)
    assert.equal(calls, 1)
  })
})

test('an unexpected error shows only the request id', async () => {
  const get = async (): Promise<never> => {
    throw new Error('secret of the role')
  }
  await withRole({ get }, async (documents) => {
    const received = await documents
      .get(GONE, testContext({ requestId: 'r-1' }))
      .catch((failure: unknown) => failure)
    assert.ok(isProblem(received, 'internal'))
    assert.match(received.message, /r-1/)
    assert.doesNotMatch(received.message, /secret/)
  })
})

test('principal, request id and trace reach the role', async () => {
  const contexts: RequestContext[] = []
  const exists: Documents['exists'] = async (_, context) => {
    contexts.push(context)
    return { exists: false, status: '' }
  }
  const principal = { kind: 'user', id: 'u1', email: 'ada@example.com', admin: false } as const
  const given = { ...userContext(principal), requestId: 'r-2' }
  const access: Documents['access'] = async (_, context) => {
    contexts.push(context)
    return new Map()
  }
  await withRole(
    { exists, access },
    async (documents) => {
      await documents.exists(GONE, given)
      await documents.access([], signatureRoleContext())
    },
    { mode: 'required' },
  )
  const [first, second] = contexts
  assert.deepEqual(first!.principal, principal)
  assert.equal(first!.requestId, 'r-2')
  assert.equal(first!.traceparent.slice(0, 35), given.traceparent.slice(0, 35))
  assert.equal(first!.clientAddress, '127.0.0.1')
  assert.deepEqual(second!.principal, SIGNATURE_ROLE)
})

for (const mode of ['open', 'required'] as const) {
  test(`a role with an unknown key is unavailable, and refuses no signature: ${mode}`, async () => {
    const others = createServiceTokens({ key: createKeyPair().key, keys: [] }, systemClock)
    await withRole(
      {},
      async (documents) => {
        const failure = (error: unknown): boolean =>
          isProblem(error, 'unavailable') && /rejects the token/.test(error.message)
        await assert.rejects(documents.get(GONE, testContext()), failure)
        await assert.rejects(documents.updateStatus(GONE, 'signed', signatureRoleContext()), failure)
      },
      { mode, serviceTokens: others, deadlineMs: 2_000 },
    )
  })
}

test('a role that restarts is used again', async () => {
  const [port] = await freePorts(1)
  const first = await serveDocuments(openMemoryDocuments(), { port: port! })
  const documents = connect(port!)
  await documents.exists(GONE, testContext())
  await first.stop(0)
  await assert.rejects(documents.exists(GONE, testContext()))
  const second = await serveDocuments(openMemoryDocuments(), { port: port! })
  await eventually('the connection', () =>
    documents.exists(GONE, testContext()).then(
      () => true,
      () => false,
    ),
  )
  await documents.stop()
  await second.stop(0)
})
