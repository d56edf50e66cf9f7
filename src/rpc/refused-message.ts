/** Which document a message names whose caller was refused before it was read. */
import { type DescMethod, fromBinary, fromJsonString } from '@bufbuild/protobuf'
import { isTried, type Refused, type Refusals, type RefusedCaller } from '../domain/refusals.ts'
import { canonicalUuid } from '../domain/uuid.ts'
import { DocumentService } from './gen/document_pb.ts'
import { policyOfCall } from './policies.ts'

/** A message as it was sent: `application/json`, otherwise protobuf. */
export interface RefusedMessage {
  /** `/document.DocumentService/GetDocument` */
  path: string
  bytes: Uint8Array
  type: string
}

/** Bytes before a message of gRPC-Web: a flag and its length. */
const PREFIX_BYTES = 5

/** How long a call that is refused waits for its message, which most clients send with its headers. */
const MESSAGE_MS = 2_000

/**
 * Waits for the first message of a call, for a limited time.
 * @param done is called once, with the message if it came
 * @returns ends the wait
 */
export function awaitFirstMessage(
  call: { startRead(): void },
  done: (bytes: Buffer | undefined) => void,
): (bytes?: Buffer) => void {
  let isDone = false
  const end = (bytes?: Buffer): void => {
    if (isDone) return
    isDone = true
    clearTimeout(timer)
    done(bytes)
  }
  const timer = setTimeout(end, MESSAGE_MS)
  call.startRead()
  return end
}

/** Records a refused call, if its message names a document. */
export function recordRefusedMessage(
  { path, bytes, type }: RefusedMessage,
  caller: RefusedCaller,
  refusals: Pick<Refusals, 'record'>,
): void {
  const tried = policyOfCall(path) ?? ''
  const method = DocumentService.methods.find(({ name }) => path === `/${DocumentService.typeName}/${name}`)
  if (!method || !isTried(tried)) return
  const refused = documentIn(method, bytes, type)
  if (refused) refusals.record(refused, tried, caller)
}

function documentIn({ input }: DescMethod, bytes: Uint8Array, type: string): Refused | undefined {
  try {
    const isJson = type.endsWith('json')
    const own = type.startsWith('application/grpc-web') ? bytes.subarray(PREFIX_BYTES) : bytes
    const message = isJson
      ? fromJsonString(input, Buffer.from(own).toString(), { ignoreUnknownFields: true })
      : fromBinary(input, own)
    const { documentId = '' } = message as { documentId?: string }
    const document = canonicalUuid(documentId)
    return document === undefined ? undefined : { document }
  } catch {
    return undefined
  }
}
