import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { eventually } from '../../testing/deadline.ts'
import { findPromtool } from '../../testing/promtool.ts'
import { createDocument } from '../requests.ts'
import { useTarget } from '../target.ts'

const target = await useTarget()

/** Published by a process that reads the feed from Kafka, and by no other. */
const LAG = /^docmgr_changes_lag_events \d+$/m

test("promtool accepts every role's metrics, and those that read Kafka publish their lag", async () => {
  const promtool = findPromtool()
  await createDocument(target.urls.http)
  const readers: string[] = []
  for (const url of target.roleUrls) {
    const metrics = async (): Promise<string> => (await fetch(`${url}/metrics`)).text()
    const text = await metrics()
    const { status, stdout, stderr, error } = spawnSync(promtool, ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    })
    assert.ifError(error)
    assert.deepEqual({ status, output: stdout + stderr }, { status: 0, output: '' }, url)
    assert.match(text, /^docmgr_build_info\{/m)
    if (!text.includes('docmgr_changes_streaming')) continue
    readers.push(url)
    await eventually(`the lag of ${url}`, async () => LAG.test(await metrics()))
  }
  assert.ok(readers.length >= 2, 'ws and indexer')
})
