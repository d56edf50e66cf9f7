import { suite, test, type TestContext } from 'node:test'

/** Registers tests that run at the same time, because they mostly wait for servers. */
export function concurrentTests(
  name: string,
  concurrency: number,
  cases: Record<string, (t: TestContext) => Promise<void>>,
): void {
  void suite(name, { concurrency }, () => {
    for (const [title, run] of Object.entries(cases)) void test(title, run)
  })
}
