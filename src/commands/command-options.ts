import { type Command } from 'commander'
import type { Policy } from '../domain/policy.ts'

/** Runs a command; resolves with the exit code. */
export type Work = () => Promise<number>

/** Adds a command with its help and an example. */
export type AddCommand = (usage: string, description: string, example: string) => Command

const policies = new WeakMap<Command, Policy>()

/** Who may use a command where the service requires tokens. */
export const policyOfCommand = (command: Command): Policy | undefined => policies.get(command)

/** Says who may use a command. */
export function withPolicy(policy: Policy, command: Command): Command {
  policies.set(command, policy)
  return command
}

/** Options of every command that reads the configuration, and works on files and servers itself. */
export function withConfig(command: Command): Command {
  return withPolicy('machine', command)
    .option('--data <folder>', 'data folder')
    .option('--config <file>', 'configuration file; default: docmgr.config.ts')
    .option('--set <key=value>', 'override any setting, such as listen.grpc=off; can be repeated', collect)
}

/** Options of every command that uses a service. @param policy that of what it does there */
export function withService(policy: Policy, command: Command): Command {
  return withPolicy(policy, withConfig(command))
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
  account, as an administrator, where you may read its data folder. A service at a URL gets only a token
  that you give.`

export const collect = (value: string, before: string[] = []): string[] => [...before, value]
