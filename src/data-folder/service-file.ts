import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the service of a data folder listens, for client commands on this machine. */
export interface ServiceFile {
  pid: number
  /** ISO 8601 */
  started_at: string
  /** whether its requests need a token; absent in files of older versions */
  auth?: 'open' | 'required'
  urls: Record<string, string>
}

const pathIn = (dataFolder: string): string => join(dataFolder, 'service.json')

export async function writeServiceFile(dataFolder: string, content: ServiceFile): Promise<void> {
  const draft = `${pathIn(dataFolder)}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`)
  await rename(draft, pathIn(dataFolder))
}

/** The file of the last service of this folder, if any; that service may have been killed since. */
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
