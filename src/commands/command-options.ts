import { type Command } from 'commander'

/** Runs a command; resolves with the exit code. */
export type Work = () => Promise<number>

/** Adds a command with its help and an example. */
export type AddCommand = (usage: string, description: string, example: string) => Command

/** Options of every command that reads the configuration. */
export function withConfig(command: Command): Command {
  return command
    .option('--data <folder>', 'data folder')
    .option('--config <file>', 'configuration file; default: docmgr.config.ts')
    .option('--set <key=value>', 'override any setting, such as listen.grpc=off; can be repeated', collect)
}

/** Options of every command that uses a service. */
export function withService(command: Command): Command {
  return withConfig(command)
    .option(
      '--url <url>',
      'URL of the service; default: the one on this machine, else one that runs for this command only',
    )
    .option('--token <jwt>', 'token for the service, if it requires one')
    .addHelpText('after', ENVIRONMENT_HELP)
}

const ENVIRONMENT_HELP = `
Environment:
  DOCMGR_URL     default of --url
  DOCMGR_TOKEN   default of --token
  A service on this machine that requires a token gets one that is signed for your
  account where you may read its data folder. A service at a URL gets only a token
  that you give.`

export const collect = (value: string, before: string[] = []): string[] => [...before, value]
