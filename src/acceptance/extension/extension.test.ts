import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServiceProcess } from '../../testing/service-process.ts'
import { checkExtension } from './check-extension.ts'
import { buildExtendedProgram } from './extended-program.ts'

test('a field and a topic that are added to the tables work end to end', async (t) => {
  const program = await buildExtendedProgram(t)
  const data = await mkdtemp(join(tmpdir(), 'docmgr-extended-data-'))
  t.after(() => rm(data, { recursive: true, force: true }))
  const service = await startServiceProcess(data, {}, program)
  t.after(() => service.stop())
  await checkExtension(service.urls)
})
