import { type CommandDescription, type OptionDescription, type Values } from './describe.ts'

/** For `docmgr completion fish | source`; completes `npx docmgr` too. */
export function fishScript(commands: readonly CommandDescription[]): string {
  const lines = commands.flatMap(({ name, description, options, argument }) => {
    const within = `complete -c docmgr -n '__fish_seen_subcommand_from ${name}'`
    return [
      `complete -c docmgr -n __fish_use_subcommand -a ${name} -d ${quote(description)}`,
      ...options.map((option) => `${within} ${flags(option)} -d ${quote(option.description)}`),
      ...(argument === undefined || argument === 'anything' ? [] : [`${within} ${completions(argument)}`]),
    ]
  })
  return ['complete -c docmgr -f', ...lines, NPX].join('\n')
}

/** What follows npx is completed like a command line of its own. */
const NPX = [
  'complete -c npx -n __fish_is_first_token -a docmgr',
  "complete -c npx -f -n '__fish_seen_subcommand_from docmgr' -a " +
    '\'(complete -C (string replace -r "^\\\\s*npx\\\\s+" "" -- (commandline -cp)))\'',
].join('\n')

function flags({ names, values }: OptionDescription): string {
  const parts = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
  if (values === undefined) return parts.join(' ')
  return `${parts.join(' ')} -r ${values === 'anything' ? '' : completions(values)}`.trimEnd()
}

function completions(values: Values): string {
  if (values === 'folder') return `-a '(__fish_complete_directories)'`
  return values === 'file' ? '-F' : `-a ${quote((values as readonly string[]).join(' '))}`
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
