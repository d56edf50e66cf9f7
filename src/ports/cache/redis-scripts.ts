/** What must happen in Redis at once. A script is one command, and so one round trip. */
import { createHash } from 'node:crypto'
import { isForgotten, type Reply, type Send } from './redis-link.ts'

export interface Script {
  source: string
  sha: string
}

const script = (source: string): Script => ({ source, sha: createHash('sha1').update(source).digest('hex') })

/**
 * Of each document KEYS document, views, unique views and ARGV viewer.
 *
 * @returns of each the document and its view counted, or nil and nothing counted: without both counters too, because
 *   one that Redis has lost must not begin again at zero. Where one of the keys has something else, what Redis says of
 *   it, in an array; what it says of itself, such as OOM, ends the script.
 */
export const READ = script(`
local function read(document, views, unique, viewer)
  local found = redis.call('GET', document)
  if not found or redis.call('EXISTS', views, unique) < 2 then return false end
  redis.call('PFADD', unique, viewer)
  redis.call('INCR', views)
  return found
end
local replies = {}
for n = 1, #ARGV do
  local done, reply = pcall(read, KEYS[3 * n - 2], KEYS[3 * n - 1], KEYS[3 * n], ARGV[n])
  if not done then
    local refusal = type(reply) == 'table' and reply.err or tostring(reply)
    if not (refusal:find('^WRONGTYPE') or refusal:find('^ERR') or refusal:find('^INVALIDOBJ')) then error(reply) end
    reply = { refusal }
  end
  replies[n] = reply
end
return replies`)

/** Stores ARGV[2] unless version ARGV[1] is older than what is there, or not newer than what must not be cached. */
const STORE = `
local version = tonumber(ARGV[1])
local known = tonumber(redis.call('GET', KEYS[2]) or '0')
local present = redis.call('GET', KEYS[1])
if present then
  local readable, document = pcall(cjson.decode, present)
  if readable then known = math.max(known, tonumber(document.version) or 0) end
end
if version > known then redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end`

/**
 * KEYS document, floor, views, unique views; ARGV version, JSON, its seconds, seconds of the counters, viewer or ''.
 * @returns 1, or 0 when a counter is lost: then the view is not counted
 */
export const FILL = script(`${STORE}
if redis.call('EXISTS', KEYS[3], KEYS[4]) < 2 then return 0 end
if ARGV[5] ~= '' then
  redis.call('PFADD', KEYS[4], ARGV[5])
  redis.call('INCR', KEYS[3])
end
redis.call('EXPIRE', KEYS[3], ARGV[4])
redis.call('EXPIRE', KEYS[4], ARGV[4])
return 1`)

/** Keys and arguments of FILL without viewer. The first version of a document brings its counters with it. */
export const UPDATE = script(`${STORE}
if version == 1 then
  redis.call('SET', KEYS[3], 0, 'EX', ARGV[4], 'NX')
  redis.call('PFADD', KEYS[4])
  redis.call('EXPIRE', KEYS[4], ARGV[4])
end
return 1`)

/** KEYS document, floor; ARGV version, seconds. From now on neither this version nor an older one is cached. */
export const FORGET = script(`
local version = tonumber(ARGV[1])
if version > tonumber(redis.call('GET', KEYS[2]) or '-1') then
  redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
end
local present = redis.call('GET', KEYS[1])
if present then
  local readable, document = pcall(cjson.decode, present)
  if not readable or (tonumber(document.version) or 0) <= version then redis.call('UNLINK', KEYS[1]) end
end
return 1`)

/** KEYS views, unique views; ARGV total, seconds, viewers. Counters never go back. */
export const RAISE = script(`
if tonumber(ARGV[1]) > tonumber(redis.call('GET', KEYS[1]) or '-1') then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
end
redis.call('PFADD', KEYS[2], unpack(ARGV, 3))
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 1`)

/**
 * Runs a script that was loaded when the connection was prepared. One that Redis has forgotten since (SCRIPT FLUSH) was
 * not run, and is sent as a whole; then Redis knows it again.
 */
export async function evaluate(
  send: Send,
  { sha, source }: Script,
  keys: readonly string[],
  values: readonly string[],
): Promise<Reply> {
  try {
    return await send('EVALSHA', sha, String(keys.length), ...keys, ...values)
  } catch (error) {
    if (!isForgotten(error)) throw error
    return send('EVAL', source, String(keys.length), ...keys, ...values)
  }
}

export const SCRIPTS = [READ, FILL, UPDATE, FORGET, RAISE]
