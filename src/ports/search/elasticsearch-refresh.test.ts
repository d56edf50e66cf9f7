import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deferred, eventually } from '../../testing/deadline.ts'
import { createRefresher } from './elasticsearch-refresh.ts'

test('who writes seldom waits for the refresh', async () => {
  const done = deferred()
  let refreshed = false
  const { refresh } = createRefresher(() => done.promise)
  const waiting = refresh().then(() => (refreshed = true))
  await new Promise(setImmediate)
  assert.equal(refreshed, false)
  done.resolve()
  await waiting
})

test('what is written during a refresh is in the next one, which nobody waits for', async () => {
  const first = deferred()
  let refreshes = 0
  const { refresh } = createRefresher(() => (++refreshes === 1 ? first.promise : Promise.resolve()))
  const waiting = refresh()
  await Promise.all([refresh(), refresh(), refresh()])
  assert.equal(refreshes, 1)
  first.resolve()
  await waiting
  await eventually('the next refresh', () => refreshes === 2)
})

test('after a refresh that took long the next one comes after a longer pause', async () => {
  let time = 0
  let refreshes = 0
  const refresher = createRefresher(
    async () => {
      refreshes++
      time += 20
    },
    () => time,
  )
  await refresher.refresh()
  time += 79
  await refresher.refresh()
  assert.equal(refreshes, 1)
  await eventually('the end of the pause', () => refreshes === 2)
  refresher.stop()
})

test('a refresh that fails is no failure of what was written', async () => {
  const { refresh } = createRefresher(() => Promise.reject(new Error('no')))
  await refresh()
})

test('after the stop nothing is refreshed any more', async () => {
  let time = 0
  let refreshes = 0
  const refresher = createRefresher(
    async () => {
      refreshes++
      time += 5
    },
    () => time,
  )
  await refresher.refresh()
  await refresher.refresh()
  refresher.stop()
  await refresher.refresh()
  await new Promise((resolve) => setTimeout(resolve, 40))
  assert.equal(refreshes, 1)
})
