import { render } from 'preact'
import { App } from './app.tsx'
import './styles/base.css'
import './styles/parts.css'
import './styles/pages.css'
import { chooseLanguage } from './text/catalogue.ts'

await chooseLanguage(navigator.languages)
render(<App />, document.getElementById('console')!)
