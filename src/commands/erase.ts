import { createHistoryErasure } from '../db/erase-history.ts'
import { namesOfPerson } from '../db/person-store.ts'
import { subjectOfAddress, subjectOfPerson } from '../domain/access.ts'
import { confirm } from './confirm.ts'
import { EXIT } from './exit-codes.ts'
import { countOf } from './format-number.ts'
import type { Io } from './io.ts'
import type { ConfigOptions } from './options.ts'
import { checkEmail, withIdentities } from './with-identities.ts'

export interface EraseOptions extends ConfigOptions {
  yes?: boolean
  json?: boolean
}

/** Erases what the histories of documents say of a person, after a question where there is a terminal. */
export async function erase(address: string, options: EraseOptions, io: Io): Promise<number> {
  const email = checkEmail(address, 'erase').toLowerCase()
  return withIdentities(options, async ({ people, pool }) => {
    const ids = (await people.findByEmail(email)).flatMap((person) => [
      subjectOfPerson(person.id),
      ...namesOfPerson(person),
    ])
    const names = [email, subjectOfAddress(email), ...ids.map((id) => id.toLowerCase())]
    const histories = createHistoryErasure(pool)
    if (!options.yes) {
      const documents = countOf(await histories.count(names), 'document')
      const question = `Erase ${email} from the histories of ${documents}?`
      await confirm(question, 'nothing was erased', io)
    }
    const erased = await histories.erase(names)
    if (options.json) io.json({ email, ...erased })
    else if (erased.documents === 0) io.note(`No history says anything of ${email}.`)
    else {
      const { documents, values } = erased
      io.out(`Erased ${countOf(values, 'value')} from the histories of ${countOf(documents, 'document')}.`)
      io.note('Documents, roles, signatures and earlier backups keep the address.')
    }
    return EXIT.done
  })
}
