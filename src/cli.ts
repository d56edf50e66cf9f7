#!/usr/bin/env node
import { createProcessIo } from './commands/io.ts'
import { runCommandLine } from './commands/run.ts'

/** The process exits after this time even if something, such as a slow connection, is still open. */
const LINGER_MS = 2_000

process.exitCode = await runCommandLine(process.argv.slice(2), createProcessIo())
setTimeout(() => process.exit(), LINGER_MS).unref()
