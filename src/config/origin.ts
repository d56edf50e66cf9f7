/** Which layer a value comes from, and where in it. */
export type Origin =
  | { layer: 'default' }
  | { layer: 'file'; path: string }
  | { layer: 'environment'; variable: string; file?: string }
  | { layer: 'flag'; flag: string }

/** For people: `default`, `docmgr.config.ts`, `DOCMGR_DATA`, `--data`. */
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

/** A value that a layer gives to a setting, not yet checked. */
export interface Given {
  value: unknown
  origin: Origin
}
