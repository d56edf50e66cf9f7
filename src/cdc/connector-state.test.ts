import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConnectorStatus } from './connect-client.ts'
import { describeStates, isRunning, reasonOf } from './connector-state.ts'

const status = (connector: string, ...tasks: string[]): ConnectorStatus => ({
  connector: { state: connector },
  tasks: tasks.map((state, id) => ({ id, state })),
})

test('a connector runs when it and all of its tasks run, and it has at least one task', () => {
  assert.ok(isRunning(status('RUNNING', 'RUNNING')))
  assert.ok(!isRunning(status('RUNNING')))
  assert.ok(!isRunning(status('RUNNING', 'RUNNING', 'FAILED')))
  assert.ok(!isRunning(status('PAUSED', 'RUNNING')))
  assert.equal(describeStates(status('RUNNING', 'FAILED')), 'connector RUNNING, task 0 FAILED')
  assert.equal(describeStates(status('UNASSIGNED')), 'connector UNASSIGNED, no task')
})

test('the reason of a failure is the innermost cause with a message', () => {
  const failed = status('RUNNING', 'FAILED')
  failed.tasks[0]!.trace =
    'org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer.\n' +
    '\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)\n' +
    'Caused by: io.debezium.DebeziumException: Creation of replication slot failed\n' +
    '\tat io.debezium.Other(Other.java:1)\n' +
    'Caused by: org.postgresql.util.PSQLException: ERROR: all replication slots are in use\n' +
    '\t... 5 more\n'
  assert.equal(reasonOf(failed), 'ERROR: all replication slots are in use')
  assert.equal(reasonOf(status('RUNNING', 'RUNNING')), undefined)
  assert.equal(reasonOf(status('FAILED')), 'it failed without a message')
})
