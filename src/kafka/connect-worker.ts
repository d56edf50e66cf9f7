/** The names that a worker of Kafka Connect uses: GROUP_ID, CONFIG_STORAGE_TOPIC and so on of its image. */
export const CONNECT_WORKER = {
  group: 'docmgr-connect',
  topics: ['connect-configs', 'connect-offsets', 'connect-status'],
}
