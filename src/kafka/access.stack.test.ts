import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACCESS, usersOf } from '../config/access.ts'
import { openGroupBacklog } from '../ports/changes/kafka/group-backlog.ts'
import { openKafkaCluster } from '../ports/cluster/kafka.ts'
import { silentLogger } from '../runtime/logger.ts'
import { translateError } from '../runtime/translate-error.ts'
import { recordingConsumer } from '../testing/changes.ts'
import { eventually } from '../testing/deadline.ts'
import { openTestTopics } from '../testing/kafka-feed.ts'
import { recordWriter } from '../testing/kafka-records.ts'
import { claimKafkaUsers } from '../testing/kafka-users.ts'
import { stack } from '../testing/stack.ts'
import { undoing, type Undo } from '../testing/undoing.ts'
import { applyKafkaAccess } from './access.ts'
import { KafkaClient } from './client.ts'
import { ensureKafkaTopics } from './topics.ts'
import type { KafkaRight } from './types.ts'

const urlOf = (user: string): string => `kafka://${user}:${user}@${stack.kafkaSaslBrokers}?sasl=plain`
const WIDTH = { partitions: 2, replicationFactor: 1, retentionHours: 1 }

/** Topics that the user cdc has made, with the rights of all users. */
async function openSecured(t: Undo) {
  const undo = undoing(t)
  await claimKafkaUsers(undo)
  const topics = await openTestTopics(undo, { missing: true })
  const { prefix } = topics
  const options = { prefix, group: prefix }
  undo.after(() => clearRights(Object.keys(ACCESS)))
  const said = await applyKafkaAccess(urlOf('admin'), usersOf('changes'), options)
  await ensureKafkaTopics(urlOf('cdc'), { prefix, ...WIDTH })
  const clientOf = (user: string): KafkaClient => {
    const client = new KafkaClient(urlOf(user), `${prefix}-${user}`, silentLogger)
    undo.after(() => client.close())
    return client
  }
  return { ...topics, undo, options, said, clientOf }
}

async function clearRights(users: string[]): Promise<void> {
  const client = new KafkaClient(urlOf('admin'), 'clear', silentLogger)
  await client.setRights(new Map(users.map((user) => [user, []]))).finally(() => client.close())
}

test('with the rights of the table each user can do its work', async (t) => {
  const { clientOf, names, open, prefix, undo } = await openSecured(t)
  const write = recordWriter(clientOf('connect'), names)
  const indexer = recordingConsumer({ name: 'indexer' })
  const ws = recordingConsumer({ name: 'ws', delivery: 'every-instance' })
  for (const [consumer, instance] of [[indexer, 'i-1'], [ws]] as const) {
    const feed = await open({ url: urlOf(consumer.name), instance })
    await feed.consume(consumer)
    await feed.start()
    await eventually(`${consumer.name} to read`, () => feed.status().state === 'streaming')
    assert.equal((await feed.refreshStatus()).problem, undefined)
  }
  const id = await write.document({ title: 'Rights' })
  await write.signature(id)
  await Promise.all([indexer.reached(2), ws.reached(2)])
  await write.raw(id, 'not JSON')
  const ofIndexer = openGroupBacklog(urlOf('reindex'), indexer, { prefix, group: prefix, log: silentLogger })
  undo.after(() => ofIndexer.stop())
  await eventually('the offsets', async () => (await ofIndexer.left()) === 0)
  const letters = clientOf('ui')
  await eventually('a dead letter', () =>
    letters.withReader(async (reader) => {
      const [end] = await reader.offsets(await reader.partitionsOf([names.deadLetters]), 'latest')
      return end!.offset > 0
    }),
  )
  const cluster = openKafkaCluster(urlOf('ws'), { prefix, log: silentLogger })
  undo.after(() => cluster.stop())
  cluster.answer(() => 'here')
  await cluster.start()
  await eventually('an answer', async () => (await cluster.ask('who')).length === 1)
})

test('what a user may not do is refused with user, operation and topic, and is not the fault of an event', async (t) => {
  const { clientOf, names, open } = await openSecured(t)
  const [documents] = names.changes
  const refusals: [user: string, work: () => Promise<unknown>, message: RegExp][] = [
    [
      'ws',
      () => clientOf('ws').send(documents!, 'k', 'v'),
      /the user ws of .* write the topic test-\S+\.documents/,
    ],
    [
      'indexer',
      () => clientOf('indexer').withReader((reader) => reader.partitionsOf([names.peers])),
      /the user indexer of .* describe the topic test-\S+\.peers/,
    ],
    [
      'cdc',
      () => ensureKafkaTopics(urlOf('cdc'), { prefix: 'another', ...WIDTH }),
      /the user cdc of .* create the topics another\.documents and/,
    ],
  ]
  for (const [user, work, message] of refusals) {
    const error = await work().then(
      () => assert.fail(`${user} may do it: ${message}`),
      (error: unknown) => error as Error,
    )
    assert.match(error.message, message)
    assert.match(error.message, /_AUTHORIZATION_FAILED\): `docmgr access apply`/)
    assert.match(String(translateError(error, 'Kafka')), /Kafka does not allow this, as it is set up now/)
  }
  // ws has no group.
  const feed = await open({ url: urlOf('ws') })
  await feed.consume(recordingConsumer({ name: 'indexer' }))
  await feed.start()
  const problem = await eventually('the problem', () => feed.status().problem)
  assert.match(
    problem,
    /the user ws of changes\.url read the topics .* in the group test-\S+-indexer \(GROUP_/,
  )
})

test('repeating changes nothing, and a right that the table lacks is taken away', async (t) => {
  const { said, options, names, clientOf } = await openSecured(t)
  assert.match(said, /Kafka: 6 users; \d\d rights added, \d+ removed/)
  const again = (): Promise<string> => applyKafkaAccess(urlOf('admin'), usersOf('changes'), options)
  assert.match(await again(), /; 0 rights added, 0 removed/)
  const rights = new Map<string, KafkaRight[]>([
    ['ws', [{ resource: 'TOPIC', name: names.changes[0]!, operations: ['WRITE'] }]],
  ])
  await clientOf('admin').setRights(rights)
  assert.match(await again(), /; [1-9]\d* rights added, 1 removed/)
  await assert.rejects(
    applyKafkaAccess(urlOf('ws'), usersOf('changes'), options),
    /the user ws of .* alter the rights of users \(CLUSTER_AUTHORIZATION_FAILED\)/,
  )
})
