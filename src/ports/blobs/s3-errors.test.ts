import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SERVER_ERRORS } from '../../runtime/server-errors.ts'
import { meaningOf } from './s3-errors.ts'

const error = (name: string, httpStatusCode?: number): Error =>
  Object.assign(new Error('failed'), { name, $metadata: { httpStatusCode } })

test('no error of S3 blames an object, unless it is about its key or its size', () => {
  const { data, passing, configuration } = SERVER_ERRORS.s3
  for (const name of `${passing} ${configuration}`.split(/\s+/))
    for (const status of [400, 403, 404, 409, 500, 503])
      assert.notEqual(meaningOf(error(name, status)), undefined, `${status} ${name}`)
  for (const name of data.split(/\s+/)) assert.equal(meaningOf(error(name, 400)), undefined, name)
})

test('only the code of S3 itself says that an object is missing', () => {
  assert.equal(meaningOf(error('NoSuchKey', 404)), 'missing')
  for (const name of ['NotFound', 'NoSuchBucket', 'Unknown', '404'])
    assert.equal(meaningOf(error(name, 404)), 'unavailable', name)
})

test('answers that are full, slow or unknown, and requests without an answer, pass', () => {
  for (const name of ['XMinioStorageFull', 'QuotaExceeded', 'InsufficientCapacity'])
    assert.equal(meaningOf(error(name, 507)), 'full')
  for (const name of [
    'SlowDown',
    'RequestTimeout',
    'RequestTimeTooSkewed',
    'InternalError',
    'ACodeOfALaterVersion',
  ])
    assert.equal(meaningOf(error(name, 503)), 'unavailable', name)
  for (const name of ['ECONNRESET', 'TimeoutError', 'CERT_HAS_EXPIRED', 'CredentialsProviderError'])
    assert.equal(meaningOf(error(name)), 'unavailable', name)
  assert.equal(meaningOf(new TypeError('a mistake of docmgr')), undefined)
})
