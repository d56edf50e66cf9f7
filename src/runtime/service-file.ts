import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Tells client commands on this machine where the service of a data folder listens. */
export interface ServiceFile {
  pid: number
  /** ISO 8601 */
  started_at: string
  urls: Record<string, string>
}

const pathIn = (dataFolder: string): string => join(dataFolder, 'service.json')

export async function writeServiceFile(dataFolder: string, content: ServiceFile): Promise<void> {
  const draft = `${pathIn(dataFolder)}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`)
  await rename(draft, pathIn(dataFolder))
}

/** What the last service of this folder wrote, if anything; it may have been killed since. */
export async function readServiceFile(dataFolder: string): Promise<ServiceFile | undefined> {
  try {
    return JSON.parse(await readFile(pathIn(dataFolder), 'utf8')) as ServiceFile
  } catch {
    return undefined
  }
}

export async function removeServiceFile(dataFolder: string): Promise<void> {
  await rm(pathIn(dataFolder), { force: true })
}
