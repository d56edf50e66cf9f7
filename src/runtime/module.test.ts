import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineModule, startGraph, startOrder } from './module.ts'

function recorder() {
  const events: string[] = []
  const part = (
    name: string,
    needs: Parameters<typeof defineModule>[1] = {},
    fails?: 'start' | 'stop' | 'hang',
  ) =>
    defineModule(name, needs, () => {
      events.push(`start ${name}`)
      if (fails === 'start') throw new Error(`${name} does not start`)
      return {
        value: name,
        stop: () => {
          events.push(`stop ${name}`)
          if (fails === 'stop') throw new Error(`${name} does not stop`)
          if (fails === 'hang') return new Promise<void>(() => {})
          return undefined
        },
      }
    })
  return { events, part }
}

test('needs start first, each once, and everything stops in the reverse order', async () => {
  const { events, part } = recorder()
  const store = part('store')
  const left = part('left', { store })
  const right = part('right', { store })
  const top = part('top', { left, right })
  const graph = await startGraph([top], { stopLimitMs: 1_000 })
  assert.equal(graph.value(top), 'top')
  await graph.stop()
  assert.deepEqual(events, [
    'start store',
    'start left',
    'start right',
    'start top',
    'stop top',
    'stop right',
    'stop left',
    'stop store',
  ])
})

test('a failed start stops the modules that had started', async () => {
  const { events, part } = recorder()
  const bad = part('bad', { store: part('store') }, 'start')
  await assert.rejects(startGraph([bad], { stopLimitMs: 1_000 }), /bad does not start/)
  assert.deepEqual(events, ['start store', 'start bad', 'stop store'])
})

test('a stop that fails or hangs is reported, and the other modules are stopped', async () => {
  const { events, part } = recorder()
  const problems: string[] = []
  const store = part('store')
  const hanging = part('hanging', { store }, 'hang')
  const failing = part('failing', { hanging }, 'stop')
  const graph = await startGraph([failing], { stopLimitMs: 20, onStopProblem: (name) => problems.push(name) })
  await graph.stop()
  assert.deepEqual(events.slice(3), ['stop failing', 'stop hanging', 'stop store'])
  assert.deepEqual(problems, ['failing', 'hanging'])
})

test('all modules together take at most twice the time of one, and each is asked to stop', async () => {
  const { events, part } = recorder()
  const names = Array.from({ length: 8 }, (_, n) => `part ${n}`)
  const root = names.reduce<ReturnType<typeof part> | undefined>(
    (need, name) => part(name, need && { need }, 'hang'),
    undefined,
  )!
  const graph = await startGraph([root], { stopLimitMs: 500 })
  const begun = performance.now()
  await graph.stop()
  const millis = performance.now() - begun
  // Two whole limits, and a tenth for each of the others: 1,300 ms; one after another they would take 4,000 ms.
  assert.ok(millis < 3_500, `${millis} ms`)
  assert.equal(events.filter((event) => event.startsWith('stop')).length, names.length)
})

test('a module that fails while running is reported by name', async () => {
  let fail: (error: Error) => void = () => {}
  const ended = new Promise<Error>((resolve) => (fail = resolve))
  const database = defineModule('database', {}, () => ({ value: 1, ended }))
  const graph = await startGraph([database], { stopLimitMs: 100 })
  fail(new Error('killed'))
  await assert.rejects(graph.failed, /database has failed: killed/)
  await graph.stop()
})

test('modules that need each other are refused with the cycle', () => {
  const needs: Record<string, ReturnType<typeof defineModule>> = {}
  const a = defineModule('a', needs, () => ({ value: 1 }))
  const b = defineModule('b', { a }, () => ({ value: 2 }))
  needs['b'] = b
  assert.throws(() => startOrder([a]), /modules need each other: a → b → a/)
})
