import { type CommandDescription, type OptionDescription, type Values } from './describe.ts'

/** For `eval "$(docmgr completion zsh)"`, after compinit; completes `npx docmgr` too. */
export function zshScript(commands: readonly CommandDescription[]): string {
  const list = commands.map(({ name, description }) => `    '${name}:${quote(description)}'`)
  const cases = commands.map(({ name, options, argument }) => {
    const specs = [
      ...options.map(spec),
      ...(argument === undefined ? [] : [`'1:${name}:${action(argument)}'`]),
    ]
    return `    ${name}) _arguments ${specs.join(' \\\n      ')} ;;`
  })
  return `_docmgr() {
  local -a commands
  commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  shift words; (( CURRENT-- ))
  case $words[1] in
${cases.join('\n')}
  esac
}
compdef _docmgr docmgr
_docmgr_npx() {
  if (( CURRENT > 2 )) && [[ $words[2] == docmgr ]]; then shift words; (( CURRENT-- )); _docmgr
  elif (( CURRENT == 2 )); then compadd docmgr
  else _default; fi
}
compdef _docmgr_npx npx`
}

function spec({ names, description, values }: OptionDescription): string {
  const flag = names.at(-1)!
  const text = `[${quote(description).replace(/[[\]]/g, '\\$&')}]`
  return values === undefined ? `'${flag}${text}'` : `'${flag}=${text}:value:${action(values)}'`
}

function action(values: Values): string {
  if (values === 'folder') return '_files -/'
  if (values === 'file') return '_files'
  return values === 'anything' ? ' ' : `(${values.join(' ')})`
}

const quote = (text: string): string => text.replaceAll("'", `'\\''`).replaceAll(':', '\\:')
