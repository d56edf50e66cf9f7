import { type Command } from 'commander'
import { bashScript } from './completion/bash.ts'
import { fishScript } from './completion/fish.ts'
import { describeCommands } from './completion/describe.ts'
import { zshScript } from './completion/zsh.ts'
import { EXIT } from './exit-codes.ts'
import { type Io } from './io.ts'

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript }

/** Prints the completion script for a shell, generated from the commands. */
export async function completion(shell: keyof typeof SCRIPTS, program: Command, io: Io): Promise<number> {
  io.out(SCRIPTS[shell](describeCommands(program)))
  return EXIT.done
}
