/**
 * AWS Signature Version 4 in the header Authorization, of requests without a query:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
import { createHash, createHmac } from 'node:crypto'

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  /** of credentials that are lent for a time */
  sessionToken?: string | undefined
}

export interface UnsignedRequest {
  method: string
  /** percent-encoded */
  path: string
  /**
   * All of them are signed: names in lower case, values without blanks at their ends or in a row; `host` and
   * `x-amz-content-sha256` (hexadecimal hash of the body) are among them.
   */
  headers: Record<string, string> & { host: string; 'x-amz-content-sha256': string }
}

/** Gives the headers with those that sign them. */
export type SignRequest = (
  request: UnsignedRequest,
  credentials: Credentials,
  time: Date,
) => Record<string, string>

/** It keeps the key of the day, which takes four of the six hashes. */
export function createSigner(region: string): SignRequest {
  let key = { day: '', secret: '', bytes: Buffer.alloc(0) }

  const keyOf = (day: string, secret: string): Buffer => {
    if (key.day !== day || key.secret !== secret) {
      const parts = [day, region, 's3', 'aws4_request']
      const bytes = parts.reduce((of, part) => hmac(of, part).digest(), Buffer.from(`AWS4${secret}`))
      key = { day, secret, bytes }
    }
    return key.bytes
  }

  return ({ method, path, headers: given }, { accessKeyId, secretAccessKey, sessionToken }, time) => {
    const moment = time.toISOString().replace(/[-:]|\.\d{3}/g, '')
    const day = moment.slice(0, 8)
    const headers: Record<string, string> = { ...given, 'x-amz-date': moment }
    if (sessionToken !== undefined) headers['x-amz-security-token'] = sessionToken
    const names = Object.keys(headers).sort()
    const signedNames = names.join(';')
    const lines = names.map((name) => `${name}:${headers[name]}\n`).join('')
    const canonical = `${method}\n${path}\n\n${lines}\n${signedNames}\n${given['x-amz-content-sha256']}`
    const scope = `${day}/${region}/s3/aws4_request`
    const hash = createHash('sha256').update(canonical).digest('hex')
    const signature = hmac(
      keyOf(day, secretAccessKey),
      `AWS4-HMAC-SHA256\n${moment}\n${scope}\n${hash}`,
    ).digest('hex')
    headers['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`
    return headers
  }
}

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text)
