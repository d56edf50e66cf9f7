import { render } from 'preact'
import { App } from './app.tsx'
import './styles/base.css'
import './styles/parts.css'
import './styles/pages.css'
import { readSession } from './session.ts'
import { chooseLanguage } from './text/catalogue.ts'

await Promise.all([chooseLanguage(navigator.languages), readSession()])
render(<App />, document.getElementById('console')!)
