/**
 * A baseline: a kafkajs consumer that posts each new row to Elasticsearch as docmgr does, in one request that refreshes
 * too. It works on the rows that come while it is on. Arguments: brokers, topic, group, URL of Elasticsearch, index.
 */
import { Kafka, logLevel } from 'kafkajs'
import { createElasticsearchClient } from './elasticsearch.ts'
import { serveCalls } from './worker-rpc.ts'

const [brokers, topic, groupId, url, index] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
]
const consumer = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).consumer({ groupId })
const elasticsearch = createElasticsearchClient(url)
let on = false

type Row = Record<string, unknown> & { id: string; title: string; version: number }

/** What docmgr writes of a row whose content is empty. */
function linesOf({ id, version, title, ...row }: Row): Buffer {
  const { status, content_type, content_size, created_by, created_at, updated_at } = row
  const document = {
    ...{ id, status, content_type, content_size, created_at, updated_at, version, deleted: false },
    ...{
      title,
      title_words: title.toLowerCase(),
      created_by,
      created_by_words: String(created_by).toLowerCase(),
    },
    ...{ content: '', content_words: '', content_length: 0, content_sha256: null },
  }
  const action = { index: { _id: id, version, version_type: 'external' } }
  return Buffer.from(`${JSON.stringify(action)}\n${JSON.stringify(document)}\n`)
}

serveCalls({
  async start() {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: false })
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
    await consumer.run({
      async eachMessage({ message }) {
        if (!on) return
        const { after } = JSON.parse(String(message.value)) as { after: Row }
        await elasticsearch.call('POST', `/${index}/_bulk?refresh=true`, linesOf(after))
      },
    })
    await joined
  },
  switch(to: boolean) {
    on = to
  },
  async stop() {
    await consumer.disconnect()
    await elasticsearch.stop()
  },
})
