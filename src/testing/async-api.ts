import { z } from 'zod'
import type { ChangeEvent } from '../domain/change.ts'
import { changeSchema, MESSAGE_SCHEMAS } from '../roles/ws/message-schemas.ts'

const RECEIVED: Record<string, z.ZodType> = {
  ...MESSAGE_SCHEMAS.shared,
  ...MESSAGE_SCHEMAS.webSocket,
  ...MESSAGE_SCHEMAS.eventStream,
}

/**
 * Every message that a test receives is as it is described, and has nothing that is not.
 * @throws Error naming the message
 */
export function checkMessage(message: { type: string }): void {
  const schema = RECEIVED[message.type]
  if (!schema) throw new Error(`AsyncAPI has no message of type ${message.type}`)
  checkStrictly(schema, message)
}

/** The same for a change event. */
export function checkChange({ topic, value }: ChangeEvent): void {
  checkStrictly(changeSchema(topic), value)
}

function checkStrictly(schema: z.ZodType, value: unknown): void {
  const { success, data, error } = schema.safeParse(value)
  if (!success)
    throw new Error(`not as AsyncAPI describes it: ${z.prettifyError(error)}\n${JSON.stringify(value)}`)
  // What the schema does not name is not in its output.
  const [expected, given] = [JSON.stringify(sorted(data)), JSON.stringify(sorted(value))]
  if (expected !== given) throw new Error(`AsyncAPI does not name every field of ${given}`)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  )
}
