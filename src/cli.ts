#!/usr/bin/env node
import { createProcessIo } from './commands/io.ts'
import { runCommandLine } from './commands/run.ts'

/** What may still be open after a command, such as a slow connection, gets this long. */
const LINGER_MS = 2_000

process.exitCode = await runCommandLine(process.argv.slice(2), createProcessIo())
setTimeout(() => process.exit(), LINGER_MS).unref()
