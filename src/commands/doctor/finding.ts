/** What a check found. */
export interface Finding {
  name: string
  /** `remark`: worth knowing, and nothing to mend */
  state: 'well' | 'remark' | 'problem'
  detail: string
  /** how to mend it */
  mend?: string
}

/** An error that it throws is a problem. */
export type Check = () => Promise<Omit<Finding, 'name'>>

export type Checks = Record<string, Check>
