import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isProblem } from '../../domain/errors.ts'
import { eventually } from '../../testing/deadline.ts'
import { openTestTopics, type TestTopics } from '../../testing/kafka-feed.ts'
import { topicNames } from './kafka-topics.ts'

async function startPeer(topics: TestTopics, name: string) {
  const feed = await topics.open()
  const asked: unknown[] = []
  feed.peers.answer((question) => {
    asked.push(question)
    return { name }
  })
  await feed.start()
  const ask = async (question: unknown): Promise<string[]> => {
    const answers = (await feed.peers.ask(question)) as { name: string }[]
    return answers.map((answer) => answer.name).sort()
  }
  /** until it knows so many */
  const knows = (count: number): Promise<boolean> =>
    eventually(`${name} to know ${count}`, async () => (await ask('who')).length === count)
  return { feed, asked, ask, knows }
}

const numbersIn = (asked: unknown[]): unknown[] => asked.filter((question) => typeof question === 'number')

suite('kafka: questions between processes', { concurrency: 4 }, () => {
  test('everybody answers, and all see the questions in the same order', async (t) => {
    const topics = await openTestTopics(t)
    const peers = await Promise.all(['a', 'b', 'c'].map((name) => startPeer(topics, name)))
    await Promise.all(peers.map(({ knows }) => knows(3)))
    const questions = Array.from({ length: 60 }, (_, number) => number)
    const answers = await Promise.all(questions.map((number) => peers[number % 3]!.ask(number)))
    for (const names of answers) assert.deepEqual(names, ['a', 'b', 'c'])
    const [a, b, c] = peers.map(({ asked }) => numbersIn(asked))
    assert.deepEqual(
      a!.toSorted((x, y) => Number(x) - Number(y)),
      questions,
    )
    assert.deepEqual(b, a)
    assert.deepEqual(c, a)
  })

  test('one that stopped is not waited for, one that was killed only for a time', async (t) => {
    const topics = await openTestTopics(t)
    const [asker, stopping, dying] = await Promise.all(['a', 'b', 'c'].map((name) => startPeer(topics, name)))
    await asker!.knows(3)
    await stopping!.feed.stop()
    assert.deepEqual(await asker!.ask('after the stop'), ['a', 'c'])
    dying!.feed.destroy()
    const begun = performance.now()
    assert.deepEqual(await asker!.ask('after the end'), ['a'])
    assert.ok(performance.now() - begun < 5_000)
  })

  test('without its topic it says who makes it, and works as soon as it is there', async (t) => {
    const topics = await openTestTopics(t, { missing: true })
    const { ask, knows } = await startPeer(topics, 'a')
    await assert.rejects(ask('anyone'), (error) => {
      assert.ok(isProblem(error, 'unavailable'))
      return /Kafka has no topics \S+\.peers yet: docmgr cdc apply makes them/.test((error as Error).message)
    })
    await topics.createTopics()
    await eventually('an answer', () => ask('now').catch(() => undefined))
    await knows(1)
  })

  test('what is no message is passed over', async (t) => {
    const topics = await openTestTopics(t)
    const { ask } = await startPeer(topics, 'a')
    for (const text of ['', 'no JSON', 'null', '{"from":"x","kind":"unknown"}']) {
      await topics.client.send(topicNames(topics.prefix).peers, 'x', text)
    }
    assert.deepEqual(await ask('still there'), ['a'])
  })
})
