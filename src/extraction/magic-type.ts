import { fileTypeFromBuffer } from 'file-type'

/** The media type by the first bytes of a binary format (package file-type); undefined for text formats. */
export async function magicTypeOf(bytes: Uint8Array): Promise<string | undefined> {
  try {
    return (await fileTypeFromBuffer(bytes))?.mime
  } catch {
    return undefined
  }
}
