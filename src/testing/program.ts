/** Where the program under test lies, for suites that know nothing of it. */
export { buildRoot, packageRoot } from '../runtime/package-root.ts'
