import { type CommandDescription, type Values } from './describe.ts'

/** For `eval "$(docmgr completion bash)"`; completes `npx docmgr` too. */
export function bashScript(commands: readonly CommandDescription[]): string {
  const cases = commands.map(({ name, options, argument }) => {
    const values = options.flatMap(({ names, values }) =>
      values === undefined ? [] : [`        ${names.join('|')}) ${reply(values)}; return ;;`],
    )
    const words = options.flatMap(({ names }) => names.filter((option) => option.startsWith('--'))).join(' ')
    return [
      `    ${name})`,
      ...(values.length > 0 ? ['      case $previous in', ...values, '      esac'] : []),
      `      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '${words}' -- "$current")); return; fi`,
      ...(argument === undefined ? [] : [`      ${reply(argument)}`]),
      '      ;;',
    ].join('\n')
  })
  const names = commands.map(({ name }) => name).join(' ')
  return `_docmgr() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= word
  # Bash splits --role=all at the equals sign.
  if [[ $current == = ]]; then current=
  elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $word != -* ]]; then command=$word; break; fi
  done
  case $command in
    '') COMPREPLY=($(compgen -W '${names} --help --version' -- "$current")) ;;
${cases.join('\n')}
  esac
}
complete -F _docmgr docmgr
_docmgr_npx() {
  COMPREPLY=()
  if (( COMP_CWORD > 1 )) && [[ \${COMP_WORDS[1]} == docmgr ]]; then
    COMP_WORDS=("\${COMP_WORDS[@]:1}"); (( COMP_CWORD-- )) || true
    _docmgr
  elif (( COMP_CWORD == 1 )); then COMPREPLY=($(compgen -W docmgr -- "\${COMP_WORDS[1]}")); fi
}
complete -o default -F _docmgr_npx npx`
}

function reply(values: Values): string {
  if (values === 'folder') return 'compopt -o filenames; COMPREPLY=($(compgen -d -- "$current"))'
  if (values === 'file') return 'compopt -o filenames; COMPREPLY=($(compgen -f -- "$current"))'
  if (values === 'anything') return ':'
  return `COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$current"))`
}
