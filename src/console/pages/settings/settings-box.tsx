import { type ComponentChildren } from 'preact'

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
