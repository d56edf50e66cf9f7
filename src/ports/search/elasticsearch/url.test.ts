import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseElasticsearchUrl } from './url.ts'

const parsed = (url: string) => {
  const { nodes, auth } = parseElasticsearchUrl(url)
  return [nodes.map(String), auth]
}

test('one address, or several with a user for all', () => {
  assert.deepEqual(parsed('elasticsearch:http://localhost:9200'), [['http://localhost:9200/'], undefined])
  assert.deepEqual(parsed('elasticsearch:https://doc%40mgr:p%2Cw@a:9200,https://b:9201/es'), [
    ['https://a:9200/', 'https://b:9201/es'],
    { username: 'doc@mgr', password: 'p,w' },
  ])
  assert.deepEqual(parsed('elasticsearch:https://cloud.example:443?apiKey=YWJjOmRlZg%3D%3D'), [
    ['https://cloud.example/'],
    { apiKey: 'YWJjOmRlZg==' },
  ])
})

test('errors have an example and no secrets', () => {
  const refused: [string, RegExp][] = [
    [
      'elasticsearch:',
      /^search\.url: address 1 is not http:\/\/ or https:\/\/; it is like elasticsearch:http/,
    ],
    ['elasticsearch:http://u:geheim@a:9200,b:9200', /address 2 is not/],
    ['elasticsearch:ftp://u:geheim@a', /address 1 is not/],
    ['elasticsearch:http://u:geheim@a:99999', /address 1 is not/],
    ['elasticsearch:http://a:9200?key=geheim', /apiKey is the only parameter/],
    ['elasticsearch:http://u:p@a:9200?apiKey=geheim', /either a user or apiKey/],
    ['elasticsearch:http://u:geheim%@a:9200', /percent/],
  ]
  for (const [url, message] of refused) {
    assert.throws(
      () => parseElasticsearchUrl(url),
      (error: Error) => message.test(error.message) && !error.message.includes('geheim'),
      url,
    )
  }
})
