import type { DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import type { RequestContext } from '../domain/request.ts'
import type { DocumentService } from './gen/document_pb.ts'
import type { AccessService } from './gen/docmgr/access_pb.ts'
import type { IdentityService } from './gen/docmgr/identity_pb.ts'

/** A service's unary methods, for each server that serves them. */
export type Handlers<Service extends DescService> = {
  [Name in keyof Service['method']]: (
    request: MessageShape<Service['method'][Name]['input']>,
    context: RequestContext,
  ) => Promise<MessageInitShape<Service['method'][Name]['output']>>
}

export type DocumentHandlers = Handlers<typeof DocumentService>
export type AccessHandlers = Handlers<typeof AccessService>
export type IdentityHandlers = Handlers<typeof IdentityService>
