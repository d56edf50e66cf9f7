import { useState } from 'preact/hooks'
import { recall, remember } from '../preferences.ts'
import { t, type TextKey } from '../text/catalogue.ts'
import { Dialog } from './dialog.tsx'

const KEYS: [key: string, meaning: TextKey][] = [
  ['/', 'help.search'],
  ['↓', 'help.hits'],
  ['Esc', 'help.leave'],
  ['j', 'help.next'],
  ['k', 'help.previous'],
  ['Enter', 'help.open'],
  ['u', 'help.upload'],
  ['s', 'help.sign'],
  ['?', 'help.help'],
]

const QUERIES: [example: string, meaning: TextKey][] = [
  ['rent lease', 'help.query.words'],
  ['rent OR lease', 'help.query.or'],
  ['"notice period"', 'help.query.phrase'],
  ['-draft', 'help.query.not'],
  ['indemni*', 'help.query.prefix'],
  ['title:lease', 'help.query.title'],
  ['status:signed', 'help.query.status'],
]

export function HelpDialog({ onClose }: { onClose: () => void }) {
  const [isOn, setOn] = useState(recall('keys') !== 'off')
  return (
    <Dialog title={t('help.title')} onClose={onClose}>
      <div class="help">
        <section>
          <h3>{t('help.query')}</h3>
          <Meanings of={QUERIES} tag="code" />
        </section>
        <section>
          <h3>{t('help.keys')}</h3>
          <Meanings of={KEYS} tag="kbd" />
          <label class="check">
            <input
              type="checkbox"
              checked={isOn}
              onChange={({ currentTarget: { checked } }) => {
                setOn(checked)
                remember('keys', checked ? 'on' : 'off')
              }}
            />
            {t('help.enable')}
          </label>
        </section>
      </div>
      <p>
        <a href="/docs" target="_blank" rel="noreferrer">
          {t('help.interface')}
        </a>
      </p>
    </Dialog>
  )
}

function Meanings({ of, tag: Tag }: { of: [string, TextKey][]; tag: 'code' | 'kbd' }) {
  return (
    <dl class="meanings">
      {of.map(([term, meaning]) => (
        <div key={term}>
          <dt>
            <Tag>{term}</Tag>
          </dt>
          <dd>{t(meaning)}</dd>
        </div>
      ))}
    </dl>
  )
}
