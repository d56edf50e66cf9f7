import assert from 'node:assert/strict'
import { test } from 'node:test'
import specs from '@asyncapi/specs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { MESSAGE_TYPES, TOPICS } from '../../domain/topics.ts'
import { eventually } from '../../testing/deadline.ts'
import { openEventStream } from '../../testing/event-stream.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const service = await startTestService({ roles: ['document', 'signature', 'ws'] }, TEST_FILE)
const { status, body: description } = await service.get('/asyncapi.json')

/** What AsyncAPI's own schema finds wrong. */
function problemsOf(description: object): unknown[] {
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const schema: object = specs.schemasWithoutId['3.0.0']
  const validate = ajv.compile(schema)
  return validate(description) ? [] : validate.errors!
}

/** Validates by the description's own payloads, as a client would. @returns by name of the message */
function payloadValidators(): Map<string, ValidateFunction> {
  const messages: Record<string, { payload: object }> = description.components.messages
  const ajv = new Ajv({ strict: false })
  addFormats.default(ajv)
  return new Map(Object.entries(messages).map(([name, { payload }]) => [name, ajv.compile(payload)]))
}

test('the description is valid AsyncAPI 3, and names every topic and type of message', () => {
  assert.equal(status, 200)
  assert.deepEqual(problemsOf(description), [])
  assert.notDeepEqual(problemsOf({ ...description, channels: { x: { adress: '/' } } }), [])
  const { channels, components } = description
  const addresses = Object.values<{ address: string }>(channels).map(({ address }) => address)
  for (const address of [...TOPICS, '/ws', '/ws/{document_id}', '/events', '/documents/{document_id}/events'])
    assert.ok(addresses.includes(address), address)
  for (const type of MESSAGE_TYPES) assert.ok(components.messages[type], type)
})

test('every reference leads somewhere', () => {
  for (const [, path] of JSON.stringify(description).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = path!
      .split('/')
      .reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], description)
    assert.equal(typeof found, 'object', path)
  }
})

test('messages and changes are as they are described', async () => {
  const { id } = await service.create()
  const [client, stream] = [
    await service.connect(id, { last: 'start' }),
    await openEventStream(`${service.url}/documents/${id}/events?last=start`),
  ]
  for (const status of ['sent', 'viewed'])
    await service.send('PATCH', `/documents/${id}`, { title: status, status })
  await service.sign(id)
  const other = await service.create()
  const second = await service.connect(other.id)
  await service.send('DELETE', `/documents/${other.id}`)
  await second.message('document.deleted')
  client.send({ type: 'ping', timestamp: 1 })
  client.send({ type: 'ping' })
  client.send('{')
  await client.message('error')
  await eventually('two pongs', () => client.received.filter(({ type }) => type === 'pong').length === 2)
  const headers = { authorization: `Bearer ${service.token({ admin: true })}` }
  await service.send('POST', `/broadcast/${id}`, { note: 'hello' }, headers)
  await client.message('broadcast')
  await client.changes(7)
  await stream.changes(7)

  const validators = payloadValidators()
  const seen = [...client.received, ...second.received, ...stream.events.map(({ data }) => data)]
  for (const message of seen) {
    const validate = validators.get(message.type)
    assert.ok(validate?.(message), `${message.type}: ${JSON.stringify(validate?.errors)}`)
  }
  for (const { topic, value } of service.events) {
    const validate = validators.get(topic.replace('.', '-'))
    assert.ok(validate?.(value), `${topic}: ${JSON.stringify(validate?.errors)}`)
  }
  assert.equal(validators.get('document.created')!({ type: 'document.created', data: {} }), false)
  for (const one of [client, second, stream]) one.close()
})
