import type { ChangeEvent } from '../../../domain/change.ts'
import { openTestKafka } from '../../../testing/kafka-feed.ts'
import { changeFeedContractSuite } from '../contract-suite.ts'
import type { OpenFeed } from '../feed.ts'

changeFeedContractSuite('kafka:', {
  order: 'document',
  async create(t) {
    const kafka = await openTestKafka(t)
    return {
      pool: kafka.pool,
      async open() {
        await kafka.prepare()
        return kafka.open({ instance: 'only' })
      },
      crash: (feed) => (feed as OpenFeed).destroy(),
      deadLetters: async () =>
        (await kafka.deadLetters()) as { consumer: string; event: ChangeEvent; error: string }[],
    }
  },
})
