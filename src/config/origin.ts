/** Where a value comes from. */
export type Origin =
  | { layer: 'default' }
  | { layer: 'file'; path: string }
  | { layer: 'environment'; variable: string; file?: string }
  | { layer: 'flag'; flag: string }

/** For messages: `default`, `docmgr.config.ts`, `DOCMGR_DATA` or `--data`. */
export function describeOrigin(origin: Origin): string {
  switch (origin.layer) {
    case 'default':
      return 'default'
    case 'file':
      return origin.path
    case 'environment':
      return origin.file === undefined ? origin.variable : `${origin.variable} ${origin.file}`
    case 'flag':
      return origin.flag
  }
}

/** A value of a setting that is not validated yet. */
export interface Given {
  value: unknown
  origin: Origin
}
