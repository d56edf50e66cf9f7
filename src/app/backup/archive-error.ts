/** Why an archive cannot be used, as the rest of a sentence that begins with its name. */
export class ArchiveError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ArchiveError'
  }
}

/** A newer program wrote the archive. */
export class NewerArchiveError extends ArchiveError {
  constructor(message: string) {
    super(message)
    this.name = 'NewerArchiveError'
  }
}
