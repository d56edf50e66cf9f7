import { type ComponentChildren } from 'preact'
import { t } from '../../text/catalogue.ts'

/** Rows that a list begins with, and that each click adds. */
export const SETTINGS_STEP = 100

interface SettingsBoxProps {
  title: string
  action?: ComponentChildren
  children: ComponentChildren
}

/** A list of settings with what can be done with all of it. */
export function SettingsBox({ title, children, action }: SettingsBoxProps) {
  return (
    <section class="box">
      <div class="box-head">
        <h2>{title}</h2>
        {action}
      </div>
      {children}
    </section>
  )
}

/** Shows the next rows of a list that is longer. */
export function MoreButton({ onClick }: { onClick: () => void }) {
  return (
    <p class="more">
      <button type="button" onClick={onClick}>
        {t('documents.more')}
      </button>
    </p>
  )
}
