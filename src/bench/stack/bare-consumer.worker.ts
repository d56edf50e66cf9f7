/** A baseline: kafkajs with its defaults, whose eachMessage only notes when it saw which row. Arguments: brokers, topic, group. */
import { Kafka, logLevel } from 'kafkajs'
import { calibrateClock } from '../clock.ts'
import { serveCalls, notify } from './worker-rpc.ts'

const [brokers, topic, groupId] = process.argv.slice(2) as [string, string, string]
const consumer = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).consumer({ groupId })
const now = calibrateClock()

serveCalls({
  async start() {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: false })
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
    await consumer.run({
      async eachMessage({ message }) {
        const at = now()
        const { after } = JSON.parse(String(message.value)) as { after: { id: string } }
        notify({ id: after.id, at, bytes: message.key!.length + message.value!.length })
      },
    })
    await joined
  },
  stop: () => consumer.disconnect(),
})
