import { t } from '../text/catalogue.ts'

/** A principal as people call it: `email:ada@example.com` by the address. */
export function principalName(principal: string): string {
  if (principal === 'anonymous') return t('access.anonymous')
  const [, kind, id = principal] = /^(key|group|person):(.*)$/s.exec(principal) ?? []
  return kind === undefined ? principal.replace(/^email:/, '') : t(`access.${kind as 'key'}`, { id })
}
