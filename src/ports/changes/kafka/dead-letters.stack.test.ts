import { systemClock } from '../../../runtime/clock.ts'
import { silentLogger } from '../../../runtime/logger.ts'
import { openTestTopics } from '../../../testing/kafka-feed.ts'
import { deadLettersContract } from '../../../testing/dead-letters-contract.ts'
import { createKafkaDeadLetters } from './dead-letters.ts'

deadLettersContract('in Kafka', async (t) => {
  const { client, names } = await openTestTopics(t)
  return () => createKafkaDeadLetters({ client, names, clock: systemClock, log: silentLogger, maxHeld: 100 })
})
