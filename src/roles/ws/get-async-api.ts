import { z } from 'zod'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { describeMessages, type MessagesDescription } from './describe-messages.ts'

export function getAsyncApi(about: MessagesDescription): Endpoint {
  let document: string | undefined
  return defineEndpoint({
    method: 'GET',
    path: '/asyncapi.json',
    operationId: 'getAsyncApi',
    summary: 'The AsyncAPI description of messages and topics',
    policy: 'public',
    responses: { 200: { description: 'AsyncAPI 3.0', schema: z.record(z.string(), z.unknown()) } },
    async handle() {
      document ??= JSON.stringify(describeMessages(about))
      return { status: 200, jsonText: document }
    },
  })
}
