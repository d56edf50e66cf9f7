import { documentsContractSuite } from './contract-suite.ts'
import { openLocalDocuments } from './local.ts'
import { openMemoryDocuments } from '../../testing/memory-documents.ts'

documentsContractSuite('memory', async () => {
  const documents = openMemoryDocuments()
  return { documents, create: documents.create, stop: () => documents.stop() }
})

documentsContractSuite('local', async () => {
  const role = openMemoryDocuments()
  return { documents: openLocalDocuments(role), create: role.create, stop: () => role.stop() }
})
