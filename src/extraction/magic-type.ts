import { fileTypeFromBuffer } from 'file-type'

/** The media type that the first bytes of a binary format give away (file-type); text formats have none. */
export async function magicTypeOf(bytes: Uint8Array): Promise<string | undefined> {
  try {
    return (await fileTypeFromBuffer(bytes))?.mime
  } catch {
    return undefined
  }
}
