import { MAX_POSITION_CHARS } from '../../domain/change.ts'
import { POSITION_FORM as KAFKA } from './kafka/position.ts'
import { POSITION_FORM as WAL } from './wal/position.ts'

const FORMS = [WAL, KAFKA]

/**
 * Whether a text has the form of a position of any driver. Another driver's is a position that this one does not know,
 * as after a change of `changes.url`: its reader gets a reset, not an error.
 */
export const isPosition = (text: string): boolean =>
  text.length <= MAX_POSITION_CHARS && FORMS.some((form) => form.test(text))
