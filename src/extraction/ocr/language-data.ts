import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { buildRoot } from '../../runtime/package-root.ts'

/** What tesseract knows of a language. */
export interface LanguageData {
  /** such as `eng` */
  name: string
  /** NAME.traineddata, or compressed with gzip */
  file: string
}

/**
 * The language data of each name, from the folder if there is one, else what comes with docmgr (`eng`).
 * @throws Error that says what to do about a missing one
 */
export async function findLanguages(
  names: readonly string[],
  folder: string | undefined,
): Promise<LanguageData[]> {
  const folders = [...(folder === undefined ? [] : [folder]), join(buildRoot(), 'extraction/ocr')]
  return Promise.all(
    names.map(async (name) => {
      const files = folders.flatMap((place) => SUFFIXES.map((suffix) => join(place, name + suffix)))
      const file = await firstReadable(files)
      if (file !== undefined) return { name, file }
      const place = folder ?? 'a folder'
      const remedy = `put ${name}.traineddata into ${place} and set extraction.ocrData to it`
      throw new Error(`extraction.ocrLanguages: there is no language data of ${name}: ${remedy}`)
    }),
  )
}

const SUFFIXES = ['.traineddata', '.traineddata.gz']

async function firstReadable(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const isReadable = await access(file, constants.R_OK).then(
      () => true,
      () => false,
    )
    if (isReadable) return file
  }
  return undefined
}
