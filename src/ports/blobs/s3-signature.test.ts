/** The examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { createSigner } from './s3-signature.ts'

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const time = new Date('2013-05-24T00:00:00Z')
const host = 'examplebucket.s3.amazonaws.com'
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const signatureOf = ({ Authorization }: Record<string, string>): string | undefined =>
  /Signature=(\w+)$/.exec(Authorization!)?.[1]

test('signs a GET of a range as AWS does', () => {
  const headers = { host, range: 'bytes=0-9', 'x-amz-content-sha256': sha256('') }
  const signed = createSigner('us-east-1')({ method: 'GET', path: '/test.txt', headers }, credentials, time)
  assert.equal(signatureOf(signed), 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41')
  assert.match(
    signed['Authorization']!,
    /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/20130524\/us-east-1\/s3\/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, /,
  )
})

test('signs a PUT with its body as AWS does', () => {
  const headers = {
    date: 'Fri, 24 May 2013 00:00:00 GMT',
    host,
    'x-amz-content-sha256': sha256('Welcome to Amazon S3.'),
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
  }
  const request = { method: 'PUT', path: '/test%24file.text', headers }
  const signed = createSigner('us-east-1')(request, credentials, time)
  assert.equal(signatureOf(signed), '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd')
})

test('the next day and other credentials have a key of their own', () => {
  const sign = createSigner('us-east-1')
  const headers = { host, 'x-amz-content-sha256': sha256('') }
  const request = { method: 'GET', path: '/test.txt', headers }
  const others = { ...credentials, secretAccessKey: 'another' }
  const days = [time, new Date('2013-05-25T00:00:00Z')]
  const signatures = [credentials, others].flatMap((who) =>
    days.map((day) => signatureOf(sign(request, who, day))),
  )
  assert.equal(new Set(signatures).size, 4)
  assert.equal(signatureOf(sign(request, credentials, time)), signatures[0])
  const lent = sign(request, { ...credentials, sessionToken: 'token' }, time)
  assert.equal(lent['X-Amz-Security-Token'], 'token')
  assert.match(lent['Authorization']!, /;x-amz-security-token, /)
})
