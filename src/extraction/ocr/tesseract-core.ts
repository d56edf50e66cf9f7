/** What is used of the package tesseract.js-core, which has no types and is no module of ECMAScript. */
export type CreateTesseract = (options: {
  wasmBinary: Uint8Array
  print(line: string): void
  printErr(line: string): void
}) => Promise<TesseractCore>

export interface TesseractCore {
  TessBaseAPI: new () => TesseractApi
  FS: { writeFile(path: string, data: Uint8Array): void; unlink(path: string): void }
}

export interface TesseractApi {
  /** 0: done */
  Init(folder: null, languages: string, engine: number): number
  SetVariable(name: string, value: string): boolean
  /**
   * Takes the file `/input`.
   * @param orientation of Exif
   * @param angle in radians
   */
  SetImageFile(orientation: number, angle: number): number
  Recognize(monitor: null): number
  GetUTF8Text(): string
  /** 0–100 */
  MeanTextConf(): number
  Clear(): void
}
