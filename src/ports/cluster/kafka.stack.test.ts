import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isProblem } from '../../domain/errors.ts'
import { silentLogger } from '../../runtime/logger.ts'
import { eventually } from '../../testing/deadline.ts'
import { openTestTopics, type TestTopics } from '../../testing/kafka-feed.ts'
import { topicNames } from '../../kafka/topic-names.ts'
import { openKafkaCluster } from './kafka.ts'

async function startMember({ url, prefix, context }: TestTopics, name: string) {
  const cluster = openKafkaCluster(url, { prefix, log: silentLogger })
  context.after(() => cluster.stop())
  const asked: unknown[] = []
  cluster.answer((question) => {
    asked.push(question)
    return { name }
  })
  await cluster.start()
  const ask = async (question: unknown): Promise<string[]> => {
    const answers = (await cluster.ask(question)) as { name: string }[]
    return answers.map((answer) => answer.name).sort()
  }
  /** until this many members answer */
  const sees = (count: number): Promise<boolean> =>
    eventually(`${name} to see ${count} members`, async () => (await ask('who')).length === count)
  return { cluster, asked, ask, sees }
}

const numbersIn = (asked: unknown[]): unknown[] => asked.filter((question) => typeof question === 'number')

suite('kafka: questions between processes', { concurrency: 4 }, () => {
  test('all members answer, and all see the questions in the same order', async (t) => {
    const topics = await openTestTopics(t)
    const members = await Promise.all(['a', 'b', 'c'].map((name) => startMember(topics, name)))
    await Promise.all(members.map(({ sees }) => sees(3)))
    const questions = Array.from({ length: 60 }, (_, number) => number)
    const answers = await Promise.all(questions.map((number) => members[number % 3]!.ask(number)))
    for (const names of answers) assert.deepEqual(names, ['a', 'b', 'c'])
    const [a, b, c] = members.map(({ asked }) => numbersIn(asked))
    assert.deepEqual(
      a!.toSorted((x, y) => Number(x) - Number(y)),
      questions,
    )
    assert.deepEqual(b, a)
    assert.deepEqual(c, a)
  })

  test('a stopped member is not waited for, a killed one for a bounded time', async (t) => {
    const topics = await openTestTopics(t)
    const [asker, stopping, dying] = await Promise.all(
      ['a', 'b', 'c'].map((name) => startMember(topics, name)),
    )
    await asker!.sees(3)
    await stopping!.cluster.stop()
    assert.deepEqual(await asker!.ask('after the stop'), ['a', 'c'])
    dying!.cluster.destroy()
    const begun = performance.now()
    assert.deepEqual(await asker!.ask('after the kill'), ['a'])
    // The time for all answers is 2 s. A member without heartbeats is one for 16 s.
    assert.ok(performance.now() - begun < 10_000)
  })

  test('an error names the missing topic, and a member joins once the topic exists', async (t) => {
    const topics = await openTestTopics(t, { missing: true })
    const { ask, sees } = await startMember(topics, 'a')
    await assert.rejects(ask('anyone'), (error) => {
      assert.ok(isProblem(error, 'unavailable'))
      return /Kafka has no topics \S+\.peers yet: docmgr cdc apply creates them/.test(
        (error as Error).message,
      )
    })
    await topics.createTopics()
    await eventually('an answer', () => ask('now').catch(() => undefined))
    await sees(1)
  })

  test('an invalid message is skipped', async (t) => {
    const topics = await openTestTopics(t)
    const { ask } = await startMember(topics, 'a')
    for (const text of ['', 'no JSON', 'null', '{"from":"x","kind":"unknown"}']) {
      await topics.client.send(topicNames(topics.prefix).peers, 'x', text)
    }
    assert.deepEqual(await ask('still there'), ['a'])
  })
})
