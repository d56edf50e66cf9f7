/** The parts of a form before its file, with their headers, are at most this long; busboy has limits of its own. */
const MAX_HEADER_CHARS = 16 * 1024

export interface FileTypeWatch {
  write(chunk: Buffer): void
  /** The header Content-Type of the first part with a file name, as it was sent. */
  readonly fileType: string | undefined
}

/**
 * Reads a multipart body (RFC 7578) beside busboy, which leaves out the parameters of the file's media type.
 * @param contentType the header of the request
 */
export function createFileTypeWatch(contentType: string): FileTypeWatch {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? []
  const delimiter = `--${quoted ?? plain}\r\n`
  let pending = ''
  let fileType: string | undefined
  let done = false

  function write(chunk: Buffer): void {
    if (done) return
    pending += chunk.toString('latin1')
    for (;;) {
      const start = pending.indexOf(delimiter)
      const end = pending.indexOf('\r\n\r\n', start)
      if (start === -1) pending = pending.slice(-delimiter.length)
      else if (end === -1) pending = pending.slice(start)
      if (start === -1 || end === -1) break
      const header = pending.slice(start, end)
      pending = pending.slice(end)
      if (!/^content-disposition:.*filename/im.test(header)) continue
      fileType = /^content-type:(.*)$/im.exec(header)?.[1]?.trim()
      done = true
      break
    }
    done ||= pending.length > MAX_HEADER_CHARS
    if (done) pending = ''
  }

  return {
    write,
    get fileType() {
      return fileType
    },
  }
}
