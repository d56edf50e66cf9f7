import { test } from 'node:test'
import { startTopology } from '../../testing/topology.ts'
import { checkExtension } from './check-extension.ts'
import { buildExtendedProgram } from './extended-program.ts'

test('a field and a topic that are added to the tables work end to end on the servers', async (t) => {
  const { program, remove } = await buildExtendedProgram()
  const topology = await startTopology({ document: 1, search: 1, ws: 1, indexer: 1 }, { program })
  t.after(async () => {
    await topology.stop()
    await remove()
  })
  await checkExtension(topology.urls)
})
