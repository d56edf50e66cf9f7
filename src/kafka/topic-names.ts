import { TOPIC_TABLE } from '../domain/topics.ts'

export interface TopicNames {
  /** in the order of TOPICS */
  changes: string[]
  deadLetters: string
  /** messages between processes, see ports/cluster */
  peers: string
}

export function topicNames(prefix: string): TopicNames {
  return {
    changes: TOPIC_TABLE.map(({ table }) => `${prefix}.${table}`),
    deadLetters: `${prefix}.dead-letters`,
    peers: `${prefix}.peers`,
  }
}

/** @param group prefix of the groups' names, `changes.group` */
export const groupName = (group: string, consumer: string): string => `${group}-${consumer}`
