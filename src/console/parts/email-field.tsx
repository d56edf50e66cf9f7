import { recall } from '../preferences.ts'
import { session } from '../session.ts'
import { useStore } from './store.ts'
import { TextField } from './text-field.tsx'

/** The address that a form of the reader's own begins with. */
export const ownAddress = (): string => session.get().user?.email ?? recall('email')

interface EmailFieldProps {
  label: string
  value: string
  hint?: string
  onInput: (value: string) => void
}

/** The address of the reader. Only administrators act in the name of others, and everybody where nobody has to log in. */
export function EmailField(props: EmailFieldProps) {
  const { user } = useStore(session)
  return <TextField type="email" autocomplete="email" readOnly={user !== null && !user.admin} {...props} />
}
