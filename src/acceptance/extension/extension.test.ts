import { rm } from 'node:fs/promises'
import { test } from 'node:test'
import { newDataFolder } from '../../testing/postgres.ts'
import { startServiceProcess } from '../../testing/service-process.ts'
import { checkExtension } from './check-extension.ts'
import { buildExtendedProgram } from './extended-program.ts'

test('a field and a topic that are added to the tables work end to end', async (t) => {
  const { program, remove } = await buildExtendedProgram()
  const data = await newDataFolder()
  const service = await startServiceProcess(data, {}, program)
  t.after(async () => {
    await service.stop()
    await rm(data, { recursive: true, force: true })
    await remove()
  })
  await checkExtension(service.urls)
})
