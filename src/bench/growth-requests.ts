import type { Pool } from 'undici'
import { askJson, type BenchRequest, get, withJson } from './load.ts'
import { newDocument, prose } from './texts.ts'

/** Every kind of request that reads more than one row: what is asked, by its name. */
const READS: Record<string, string> = {
  'list, the newest': '/documents?limit=20',
  'list, the oldest': '/documents?limit=20&sort=created_at',
  'list, of a time in the past': '/documents?limit=20&created_to=2026-01-01T01:00:00Z',
  'list, a total of more than 10,000': '/documents?limit=20&total=true',
  'list, a frequent status': '/documents?limit=20&status=sent',
  'list, a rare status': '/documents?limit=20&status=archived',
  'list, no document has the status': '/documents?limit=20&status=cancelled',
  'list, an author of half of them': '/documents?limit=20&created_by=half@example.com',
  'list, an author of five': '/documents?limit=20&created_by=few@example.com',
  'list, no document has the author': '/documents?limit=20&created_by=nobody@example.com',
  'list, a rare content type': '/documents?limit=20&content_type=image/x-rare',
  'list, no document has the content type': '/documents?limit=20&content_type=image/none',
  'list, a frequent part of a title': '/documents?limit=20&title=notice',
  'list, a rare part of a title': '/documents?limit=20&title=zanzibar',
  'list, no title has the part': '/documents?limit=20&title=kingfisher',
  'list, a part of a file name': '/documents?limit=20&file_name=/77.txt',
  'list, a frequent language': '/documents?limit=20&language=en',
  'list, a rare language': '/documents?limit=20&language=fi',
  'list, no document has the language': '/documents?limit=20&language=is',
  'list, no text has failed': '/documents?limit=20&text_state=failed',
  'list, by title': '/documents?limit=20&sort=title',
  'list, by time of change': '/documents?limit=20&sort=-updated_at',
  'list, an author of half of them, by title': '/documents?limit=20&created_by=half@example.com&sort=title',
  'list, an author of five, by title': '/documents?limit=20&created_by=few@example.com&sort=title',
  'list, an author of five, by time of change':
    '/documents?limit=20&created_by=few@example.com&sort=-updated_at',
  'list, an author and a rare content type, by title':
    '/documents?limit=20&created_by=half@example.com&content_type=image/x-rare&sort=title',
  'search, a word of two thirds': '/search?q=notice',
  'search, a word of a tenth': '/search?q=harbor',
  'search, a word of ten documents': '/search?q=zanzibar',
  'search, a word of none': '/search?q=kingfisherqq',
  'search, two frequent words': '/search?q=notice+termination',
  'search, a frequent and a rare word': '/search?q=notice+zanzibar',
  'search, either of two words': '/search?q=notice+OR+termination',
  'search, all but a word': '/search?q=-harbor',
  'search, a phrase of a third': '/search?q=%22notice+of+termination%22',
  'search, a phrase of none, of frequent words': '/search?q=%22termination+notice%22',
  'search, a beginning of frequent words': '/search?q=not*',
  'search, a misspelled frequent word': '/search?q=notise',
  'search, a misspelled rare word': '/search?q=zanzibra',
  'search, a frequent word of a frequent status': '/search?q=notice&status=sent',
  'search, a frequent word of a rare status': '/search?q=notice&status=archived',
  'search, a frequent word of a rare content type': '/search?q=notice&content_type=image/x-rare',
  'search, a frequent word of an author of half': '/search?q=notice&created_by=half@example.com',
  'search, a frequent word of an author of five': '/search?q=notice&created_by=few@example.com',
  'search, a frequent word, page 50': '/search?q=notice&from=980',
  'numbers by status': '/aggregations/status',
  'numbers by author': '/aggregations/created_by',
  'numbers by status of a frequent word': '/aggregations/status?q=notice',
  'numbers by author of a frequent word': '/aggregations/created_by?q=notice',
  'numbers by status of an author of half': '/aggregations/status?created_by=half@example.com',
  'numbers by author of a frequent status': '/aggregations/created_by?status=sent',
  'numbers by author of a frequent language': '/aggregations/created_by?language=en',
  'numbers by status of a frequent content type': '/aggregations/status?content_type=text/plain',
  'suggestions for the beginning of all titles': '/suggest?q=contr',
  'suggestions for a frequent word': '/suggest?q=noti',
  'suggestions for a rare word': '/suggest?q=zanz',
  'suggestions for two words': '/suggest?q=contract+zan',
}

export interface GrowthRequest {
  name: string
  status: number
  /** a request of this kind to one service */
  next(): BenchRequest
}

/** All kinds of request, for one service; those of a single document are about one of its own. */
export async function growthRequests(pool: Pool): Promise<GrowthRequest[]> {
  const [document] = await askJson<{ id: string }[]>(pool, get('/documents?limit=1&skip=50'))
  const path = `/documents/${document!.id}`
  const created = await askJson<{ id: string }>(pool, withJson('POST', '/documents', newDocument()), 201)
  let title = 0
  return [
    ...Object.entries(READS).map(([name, url]) => ({ name, status: 200, next: () => get(url) })),
    { name: 'document', status: 200, next: () => get(path) },
    { name: 'numbers of views', status: 200, next: () => get(`${path}/stats`) },
    { name: 'history', status: 200, next: () => get(`/documents/${created.id}/history`) },
    { name: 'signatures', status: 200, next: () => get(`${path}/signatures`) },
    {
      name: 'create',
      status: 201,
      next: () => withJson('POST', '/documents', newDocument(prose(1_024))),
    },
    {
      name: 'change of a title',
      status: 200,
      next: () => withJson('PATCH', `/documents/${created.id}`, { title: `Amendment ${++title}` }),
    },
  ]
}
