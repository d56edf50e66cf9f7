/**
 * AWS Signature Version 4 in the header Authorization, of requests without a query:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
import aws4 from 'aws4'

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
  /** All of them are signed; `x-amz-content-sha256` is the hexadecimal hash of the body. */
  headers: Record<string, string> & { host: string; 'x-amz-content-sha256': string }
}

/** Gives the headers with those that sign them. */
export type SignRequest = (
  request: UnsignedRequest,
  credentials: Credentials,
  time: Date,
) => Record<string, string>

/** aws4 keeps the keys of the day, which take four of the six hashes. */
export function createSigner(region: string): SignRequest {
  return ({ method, path, headers }, { accessKeyId, secretAccessKey, sessionToken }, time) => {
    const moment = time.toISOString().replace(/[-:]|\.\d{3}/g, '')
    // Its types do not know that it can be told to sign this one too.
    const request: aws4.Request & { extraHeadersToInclude: Record<string, boolean> } = {
      ...{ service: 's3', region, method, path },
      headers: { ...headers, 'x-amz-date': moment },
      extraHeadersToInclude: { range: true },
    }
    const lent = sessionToken === undefined ? {} : { sessionToken }
    const signed = aws4.sign(request, { accessKeyId, secretAccessKey, ...lent })
    return signed.headers as Record<string, string>
  }
}
