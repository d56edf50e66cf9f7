import { makeDurableFolder } from './file-sync.ts'

/**
 * Of folders with secrets and data. As root it can be passed through, because PostgreSQL does not run as root and needs its
 * folder below; it cannot be listed, and everything secret in it has a mode of its own.
 */
const MODE = process.getuid?.() === 0 ? 0o711 : 0o700

/** Creates a folder, and missing ones above it, that only its owner can read. A folder that exists keeps its mode. */
export const makePrivateFolder = (path: string): Promise<void> => makeDurableFolder(path, MODE)
