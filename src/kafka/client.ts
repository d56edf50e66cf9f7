import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import {
  type AclEntry,
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  type Admin,
  type Consumer,
  type EachBatchPayload,
  type ISocketFactory,
  type ITopicConfig,
  Kafka,
  logLevel,
  Partitioners,
  type Producer,
  ResourcePatternTypes,
} from 'kafkajs'
import type { Logger } from '../runtime/logger.ts'
import { NotYet, poll } from '../runtime/poll.ts'
import { messageOf, namingRefusal, topicsInWords } from './errors.ts'
import { groupError, LogReader, removeFormerMembers } from './log-reader.ts'
import {
  groupByTopic,
  type KafkaOffset,
  type KafkaOperation,
  type KafkaPartition,
  type KafkaRight,
} from './types.ts'
import { type KafkaAddress, parseKafkaUrl } from './url.ts'

export type GroupMember = Consumer
export type TopicConfig = ITopicConfig
/** Records of one partition, as a member of a group gets them. */
export type RecordBatch = EachBatchPayload

export interface GroupTimings {
  /** milliseconds without a heartbeat after which a member's partitions go to others */
  sessionMs: number
  heartbeatMs: number
  /** milliseconds that a rebalance waits for the members to finish their work */
  rebalanceMs: number
  /** milliseconds between looks for new partitions */
  refreshMs: number
}

const CONNECT_MS = 5_000
const REQUEST_MS = 15_000
/** Callers retry by themselves, for as long as it takes. */
const RETRY = { retries: 1, initialRetryTime: 100, maxRetryTime: 500 }
/** A group member fetches again when everything of the fetch before is done, so a fetch must bring work for a while. */
const GROUP_FETCH = {
  maxBytesPerPartition: 8 * 1024 * 1024,
  maxBytes: 24 * 1024 * 1024,
  maxWaitTimeInMs: 500,
}

/** The producer, administration and consumer groups by kafkajs; reading without a group by LogReader. */
export class KafkaClient {
  readonly #address: KafkaAddress
  readonly #clientId: string
  readonly #kafka: Kafka
  readonly #connections = trackConnections()
  readonly #readers = new Set<LogReader>()
  #producer: Promise<Producer> | undefined

  /** Connects when it is first used. @throws Error when the URL is wrong */
  constructor(url: string, clientId: string, log: Logger) {
    this.#address = parseKafkaUrl(url)
    this.#clientId = clientId
    const { brokers, tls, sasl } = this.#address
    this.#kafka = new Kafka({
      clientId,
      brokers,
      ssl: tls,
      ...(sasl && { sasl: sasl as never }),
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      retry: RETRY,
      socketFactory: this.#connections.socketFactory,
      logLevel: logLevel.WARN,
      // Callers get the error and log it; these lines are details.
      logCreator: () => (entry) => log.debug({ kafkajs: entry.namespace }, entry.log.message),
    })
  }

  /** A reader with connections of its own; the caller closes it. */
  reader(): LogReader {
    const reader = new LogReader(this.#address, this.#clientId, () => this.#readers.delete(reader))
    this.#readers.add(reader)
    return reader
  }

  /** Works with a reader of its own, which is then closed. @throws what the work throws */
  async withReader<T>(work: (reader: LogReader) => Promise<T>): Promise<T> {
    const reader = this.reader()
    try {
      return await work(reader)
    } finally {
      await reader.close()
    }
  }

  /** A member of a consumer group, with connections of its own, which is not started yet. */
  member(groupId: string, timings: GroupTimings): GroupMember {
    return this.#kafka.consumer({
      groupId,
      sessionTimeout: timings.sessionMs,
      // The least time between two heartbeats; the member itself sends one every `heartbeatMs`.
      heartbeatInterval: timings.heartbeatMs / 2,
      rebalanceTimeout: timings.rebalanceMs,
      metadataMaxAge: timings.refreshMs,
      allowAutoTopicCreation: false,
      // Aborted transactions of Kafka Connect contain real changes too, which the next transaction repeats.
      readUncommitted: true,
      ...GROUP_FETCH,
      retry: { ...RETRY, restartOnFailure: async () => false },
    })
  }

  /** The committed offsets of a group; partitions without one are left out. */
  async committed(groupId: string, partitions: KafkaPartition[]): Promise<KafkaOffset[]> {
    const topics = [...groupByTopic(partitions).keys()]
    const found = await this.#withAdmin((admin) => admin.fetchOffsets({ groupId, topics }))
    return found
      .flatMap(({ topic, partitions: some }) =>
        some.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
      )
      .filter(({ offset }) => offset >= 0)
  }

  /** @throws the error of a member; it names user and topics where the user may not read them as this group */
  async throwMemberError(error: unknown, groupId: string, topics: string[]): Promise<never> {
    const isLost = (error as Error).name === 'KafkaJSGroupCoordinatorNotFound'
    const cause = (isLost && (await groupError(this.#address, this.#clientId, groupId))) || error
    return this.#throwing('READ', `${topicsInWords(topics)} in the group ${groupId}`)(cause)
  }

  /** Removes the members that an earlier process with this client id left in a group when it was killed. */
  removeFormerMembers(groupId: string): Promise<void> {
    return removeFormerMembers(this.#address, this.#clientId, groupId)
  }

  /** Resolves when all replicas have the record. */
  async send(topic: string, key: string, value: string): Promise<void> {
    this.#producer ??= this.#openProducer()
    try {
      const producer = await this.#producer
      await producer.send({ topic, acks: -1, timeout: REQUEST_MS, messages: [{ key, value }] })
    } catch (error) {
      this.#producer = undefined
      return this.#throwing('WRITE', topicsInWords([topic]))(error)
    }
  }

  /** Creates the topics that are missing, and waits until all can be read. @returns the names of the created ones */
  async createTopics(topics: TopicConfig[]): Promise<string[]> {
    const names = topics.map(({ topic }) => topic)
    const missing = await this.#withAdmin((admin) => createMissingTopics(admin, topics)).catch(
      this.#throwing('CREATE', topicsInWords(names)),
    )
    await this.withReader((reader) => waitForLeaders(reader, names))
    return missing.map(({ topic }) => topic)
  }

  /** Gives each of these users its rights and no others. The user of the URL must be a superuser. */
  setRights(rights: ReadonlyMap<string, KafkaRight[]>): Promise<{ added: number; removed: number }> {
    return this.#withAdmin((admin) => replaceRights(admin, rights)).catch(
      this.#throwing('ALTER', 'the rights of users'),
    )
  }

  async close(): Promise<void> {
    await Promise.all([...this.#readers].map((reader) => reader.close()))
    await this.#producer?.then((producer) => producer.disconnect()).catch(() => {})
    this.#connections.destroy()
  }

  /** Breaks all connections off, as the end of the process would. */
  destroy(): void {
    for (const reader of this.#readers) void reader.close()
    this.#connections.destroy()
  }

  /** Throws an error again; it names the user and this where the user may not. @param what such as `the topic a` */
  #throwing = (operation: KafkaOperation, what: string) => (error: unknown) => {
    throw namingRefusal(error, { user: this.#address.sasl?.username, operation, what })
  }

  async #openProducer(): Promise<Producer> {
    const producer = this.#kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: RETRY,
    })
    await producer.connect()
    return producer
  }

  async #withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin({ retry: { ...RETRY, retries: 3 } })
    try {
      await admin.connect()
      return await work(admin)
    } finally {
      await admin.disconnect().catch(() => {})
    }
  }
}

/** The sockets of kafkajs, so that all of them can be broken off. */
function trackConnections(): { socketFactory: ISocketFactory; destroy(): void } {
  const sockets = new Set<Socket>()
  let destroyed = false
  return {
    socketFactory({ host, port, ssl, onConnect }) {
      if (destroyed) throw new Error('the Kafka client is destroyed')
      const settings = { host, port, noDelay: true, keepAlive: true }
      const socket = ssl
        ? connectTls({ ...settings, ...(isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
        : connect(settings, onConnect)
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      return socket
    },
    destroy() {
      destroyed = true
      // With an error: otherwise kafkajs does not notice, and its timers go on.
      for (const socket of sockets) socket.destroy(new Error('the Kafka client is destroyed'))
    },
  }
}

async function createMissingTopics(admin: Admin, topics: TopicConfig[]): Promise<TopicConfig[]> {
  const existing = new Set(await admin.listTopics())
  const missing = topics.filter(({ topic }) => !existing.has(topic))
  if (missing.length === 0) return missing
  await admin
    .createTopics({ timeout: REQUEST_MS, waitForLeaders: false, topics: missing })
    .catch((error: unknown) => {
      throw new Error(`cannot create the topics: ${messageOf(error)}`, { cause: error })
    })
  return missing
}

/** Brokers lead the partitions of a new topic a little after its creation. */
async function waitForLeaders(reader: LogReader, topics: string[]): Promise<void> {
  await poll({ timeoutMs: REQUEST_MS }, 'the leaders of the new topics', async () => {
    try {
      await reader.offsets(await reader.partitionsOf(topics), 'latest')
      return true
    } catch (error) {
      return new NotYet(messageOf(error))
    }
  })
}

async function replaceRights(admin: Admin, rights: ReadonlyMap<string, KafkaRight[]>) {
  const byText = (acls: AclEntry[]) => new Map(acls.map((acl) => [JSON.stringify(acl), acl]))
  const counts = { added: 0, removed: 0 }
  for (const [user, some] of rights) {
    const wanted = byText(aclsOf(`User:${user}`, some))
    const present = byText(await presentAcls(admin, `User:${user}`))
    const missing = [...wanted].flatMap(([text, acl]) => (present.has(text) ? [] : [acl]))
    const surplus = [...present].flatMap(([text, acl]) => (wanted.has(text) ? [] : [acl]))
    if (missing.length > 0) await admin.createAcls({ acl: missing })
    if (surplus.length > 0) await admin.deleteAcls({ filters: surplus })
    counts.added += missing.length
    counts.removed += surplus.length
  }
  return counts
}

const aclsOf = (principal: string, rights: KafkaRight[]): AclEntry[] =>
  rights.flatMap(({ resource, name, operations }) =>
    operations.map((operation) => ({
      resourceType: AclResourceTypes[resource],
      resourceName: name,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal,
      host: '*',
      operation: AclOperationTypes[operation],
      permissionType: AclPermissionTypes.ALLOW,
    })),
  )

/** The entries of a user, with their properties in the order of `aclsOf`. */
async function presentAcls(admin: Admin, principal: string): Promise<AclEntry[]> {
  const any = { resourceType: AclResourceTypes.ANY, resourcePatternType: ResourcePatternTypes.ANY }
  const allowed = { operation: AclOperationTypes.ANY, permissionType: AclPermissionTypes.ANY }
  const { resources } = await admin.describeAcls({ ...any, ...allowed, principal })
  return resources.flatMap(({ acls, resourceType, resourceName, resourcePatternType }) =>
    acls.map(({ principal, host, operation, permissionType }) => ({
      ...{ resourceType, resourceName, resourcePatternType },
      ...{ principal, host, operation, permissionType },
    })),
  )
}
