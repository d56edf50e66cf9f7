import type { Expected, Inflict } from './inflict.ts'
import { type DamageTarget, withoutTriggers } from './target.ts'

type Statement = [text: string, values: unknown[]]
const TABLES = ['history.history', 'history.personal'] as const

/** What puts the history of a document back as it is now. */
async function putBack(target: DamageTarget, id: string): Promise<Statement[]> {
  const statements: Statement[] = []
  for (const table of TABLES) {
    const text = `select json_agg(t) as rows from ${table} t where document_id = $1`
    const { rows } = await target.pool.query<{ rows: object[] }>(text, [id])
    statements.push(
      [`delete from ${table} where document_id = $1`, [id]],
      [
        `insert into ${table} select * from json_populate_recordset(null::${table}, $1)`,
        [JSON.stringify(rows[0]!.rows)],
      ],
    )
  }
  return statements
}

/** Of a signed document: it was created and signed, and has moved. */
const damageOf =
  (kind: 'history' | 'history-value', ...texts: string[]): Inflict =>
  async (target, { signed, random }): Promise<Expected> => {
    const { id } = signed()
    const number = random.whole(1, 3)
    const restoring = await putBack(target, id)
    await withoutTriggers(
      target,
      texts.map((text): Statement => [text, text.includes('$2') ? [id, number] : [id]]),
    )
    return { lasting: [`${kind} ${id}`], restore: () => withoutTriggers(target, restoring) }
  }

/** Damages of histories. */
export const HISTORY_KINDS: Record<string, Inflict> = {
  'an entry of a history is altered': damageOf(
    'history',
    `update history.history set entry = replace(entry, '"by":"', '"by":"x') where document_id = $1 and number = $2`,
  ),
  'an entry of a history is altered with its SHA-256': damageOf(
    'history',
    `update history.history set entry = replace(entry, '"by":"', '"by":"x') where document_id = $1 and number = $2`,
    `update history.history set sha256 = encode(sha256(convert_to(entry, 'UTF8')), 'hex')
      where document_id = $1 and number = $2`,
  ),
  'an entry of a history is removed': damageOf(
    'history',
    'delete from history.history where document_id = $1 and number = $2',
  ),
  'the end of a history is cut off': damageOf(
    'history',
    'delete from history.history where document_id = $1 and number >= $2',
  ),
  'two entries of a history are exchanged': damageOf(
    'history',
    `update history.history set number = -number where document_id = $1 and number <> 2`,
    `update history.history set number = 4 + number where document_id = $1 and number < 0`,
    `update history.personal set number = -number where document_id = $1 and number <> 2`,
    `update history.personal set number = 4 + number where document_id = $1 and number < 0`,
  ),
  'a value of a history is altered': damageOf(
    'history-value',
    `update history.personal set salted = jsonb_set(salted, '{actor,1}', '"email:eve@example.com"')
      where document_id = $1 and number = 3`,
  ),
  'the values of an entry of a history are removed': damageOf(
    'history-value',
    'delete from history.personal where document_id = $1 and number = $2',
  ),
}
