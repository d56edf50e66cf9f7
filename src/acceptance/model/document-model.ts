/**
 * What a document does, as a client may expect it: written by hand from the interface, without code of the product. An
 * operation is a list of steps, each atomic. Operations that run at the same time interleave their steps.
 */
import { type DocumentStatus, STATUSES } from '../facts.ts'

export interface DocumentState {
  readonly title: string
  readonly status: DocumentStatus
  readonly version: number
  readonly deleted: boolean
  readonly wasSigned: boolean
  readonly signers: readonly string[]
  /** what a subscriber of the document receives: type and version */
  readonly messages: readonly string[]
}

/** `seen` and `stale` are If-Match with the version that the client has read, and with another one. */
export type Precondition = 'seen' | 'stale'

export type Operation =
  | { kind: 'get' }
  | { kind: 'patch'; title?: string; status?: DocumentStatus; ifMatch?: Precondition }
  | { kind: 'delete'; ifMatch?: Precondition }
  | { kind: 'sign'; signer: string }

/** An answer, without what no model can know. */
export type Outcome =
  | { status: 200; title: string; documentStatus: DocumentStatus; version: number }
  | { status: 201 | 204 }
  | { status: number; problem: string }

/** An outcome ends the operation; without one, its next step follows. */
export type Step = (state: DocumentState) => { state: DocumentState; outcome?: Outcome }

const OWN_MESSAGES: readonly DocumentStatus[] = ['sent', 'viewed', 'signed']

export function newDocument(title: string): DocumentState {
  return {
    title,
    status: 'created',
    version: 1,
    deleted: false,
    wasSigned: false,
    signers: [],
    messages: ['document.created 1'],
  }
}

/** @param seen the version that If-Match is about */
export function stepsOf(operation: Operation, seen: number): Step[] {
  switch (operation.kind) {
    case 'get':
      return [(state) => ({ state, outcome: state.deleted ? NOT_FOUND : present(state) })]
    case 'patch':
      return [(state) => patch(state, operation, seen)]
    case 'delete':
      return [(state) => remove(state, operation, seen)]
    case 'sign':
      return signingSteps(operation.signer)
  }
}

/**
 * The states in which operations that ran at the same time can leave a document, given their answers. None: there is no
 * order in which they could have been answered like this.
 */
export function explain(
  state: DocumentState,
  runs: readonly { steps: Step[]; outcome: Outcome }[],
): DocumentState[] {
  if (runs.length === 0) return [state]
  return runs.flatMap((run, index) => {
    const [step, ...steps] = run.steps
    const next = step!(state)
    const others = runs.filter((_, other) => other !== index)
    if (next.outcome === undefined) return explain(next.state, [...others, { ...run, steps }])
    return isSame(next.outcome, run.outcome) ? explain(next.state, others) : []
  })
}

export const isSame = (one: object, other: object): boolean => textOf(one) === textOf(other)

const textOf = (value: object): string => JSON.stringify(Object.entries(value).sort())

const NOT_FOUND: Outcome = { status: 404, problem: 'document-not-found' }

const refusal = (problem: string): Outcome => ({
  status: problem === 'version-mismatch' ? 412 : 409,
  problem,
})

const present = ({ title, status, version }: DocumentState): Outcome => ({
  status: 200,
  title,
  documentStatus: status,
  version,
})

function patch(
  state: DocumentState,
  { title = state.title, status = state.status, ifMatch }: Extract<Operation, { kind: 'patch' }>,
  seen: number,
): ReturnType<Step> {
  if (state.deleted) return { state, outcome: NOT_FOUND }
  if (isMismatch(state, ifMatch, seen)) return { state, outcome: refusal('version-mismatch') }
  if (status !== state.status && !canMove(state.status, status))
    return { state, outcome: refusal('status-not-allowed') }
  if (title !== state.title && isFinal(state.status)) return { state, outcome: refusal('title-frozen') }
  if (title === state.title && status === state.status) return { state, outcome: present(state) }
  const changed = changeTo(state, title, status)
  return { state: changed, outcome: present(changed) }
}

function remove(
  state: DocumentState,
  { ifMatch }: Extract<Operation, { kind: 'delete' }>,
  seen: number,
): ReturnType<Step> {
  if (state.deleted) return { state, outcome: NOT_FOUND }
  if (isMismatch(state, ifMatch, seen)) return { state, outcome: refusal('version-mismatch') }
  if (isFinal(state.status)) return { state, outcome: refusal('document-not-deletable') }
  const version = state.version + 1
  const messages = [...state.messages, `document.deleted ${version}`]
  return { state: { ...state, deleted: true, version, messages }, outcome: { status: 204 } }
}

/** The document is looked at, the signature is stored, and the document moves, or refuses and the signature is removed. */
function signingSteps(signer: string): Step[] {
  const refused = (state: DocumentState): Outcome =>
    state.deleted ? NOT_FOUND : refusal('document-not-signable')
  return [
    (state) => (isSignable(state) ? { state } : { state, outcome: refused(state) }),
    (state) =>
      state.signers.includes(signer)
        ? { state, outcome: refusal('already-signed') }
        : { state: { ...state, signers: [...state.signers, signer] } },
    (state) => {
      if (state.wasSigned) return { state, outcome: { status: 201 } }
      if (isSignable(state))
        return { state: changeTo(state, state.title, 'signed'), outcome: { status: 201 } }
      const signers = state.signers.filter((other) => other !== signer)
      return { state: { ...state, signers }, outcome: refused(state) }
    },
  ]
}

function changeTo(state: DocumentState, title: string, status: DocumentStatus): DocumentState {
  const version = state.version + 1
  const moved = OWN_MESSAGES.includes(status) ? status : 'status_changed'
  const messages = [
    ...state.messages,
    ...(title === state.title ? [] : [`document.updated ${version}`]),
    ...(status === state.status ? [] : [`document.${moved} ${version}`]),
  ]
  return { ...state, title, status, version, messages, wasSigned: state.wasSigned || status === 'signed' }
}

const isMismatch = ({ version }: DocumentState, ifMatch: Precondition | undefined, seen: number): boolean =>
  ifMatch !== undefined && version !== matched(ifMatch, seen)

/** The version that If-Match names. */
export const matched = (ifMatch: Precondition, seen: number): number =>
  ifMatch === 'seen' ? seen : seen + 1_000

const isFinal = (status: DocumentStatus): boolean => ['signed', 'completed', 'archived'].includes(status)

const isSignable = ({ deleted, status }: DocumentState): boolean =>
  !deleted && ['created', 'sent', 'viewed', 'signed'].includes(status)

/** By a client: only a signature leads to signed, and only signed to completed. */
function canMove(from: DocumentStatus, to: DocumentStatus): boolean {
  if (from === 'cancelled' || to === 'signed') return false
  if (to === 'cancelled') return ['created', 'sent', 'viewed'].includes(from)
  if (to === 'completed') return from === 'signed'
  return STATUSES.indexOf(to) > STATUSES.indexOf(from)
}
