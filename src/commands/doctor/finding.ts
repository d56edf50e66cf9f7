/** The result of a check. */
export interface Finding {
  name: string
  /** `remark`: works, but the operator should know */
  state: 'ok' | 'remark' | 'problem'
  detail: string
  /** how to fix it */
  fix?: string
}

/** An error that it throws counts as a problem. */
export type Check = () => Promise<Omit<Finding, 'name'>>

export type Checks = Record<string, Check>
