/** Atomic operations in Redis. A script is one command, and so one round trip. */
import { createHash } from 'node:crypto'
import { isUnknownScript, type Reply, type Send } from './redis-client.ts'

export interface Script {
  source: string
  sha: string
}

const script = (source: string): Script => ({ source, sha: createHash('sha1').update(source).digest('hex') })

/**
 * For each document KEYS document, views, unique views and ARGV viewer, and the viewer's subjects as JSON strings, one a line;
 * without any, every document may be seen.
 *
 * @returns for each the document, with its view counted where one of the subjects is among its readers; or nil, and nothing counted, when the document or a counter is
 *   missing: a lost counter must not start again at zero. When a key holds another type of value, the error reply in an
 *   array; an error about the server, such as OOM, ends the script.
 */
export const READ = script(`
local function isReader(found, subjects)
  if subjects == '' then return true end
  local readers = found:match('.*,"readers":%[()')
  if not readers then return false end
  for subject in subjects:gmatch('[^\\n]+') do
    if found:find(subject, readers, true) then return true end
  end
  return false
end
local function read(document, views, unique, viewer, subjects)
  local found = redis.call('GET', document)
  if not found or redis.call('EXISTS', views, unique) < 2 then return false end
  if not isReader(found, subjects) then return found end
  redis.call('PFADD', unique, viewer)
  redis.call('INCR', views)
  return found
end
local replies = {}
for n = 1, #ARGV / 2 do
  local done, reply = pcall(read, KEYS[3 * n - 2], KEYS[3 * n - 1], KEYS[3 * n], ARGV[2 * n - 1], ARGV[2 * n])
  if not done then
    local failure = type(reply) == 'table' and reply.err or tostring(reply)
    if not (failure:find('^WRONGTYPE') or failure:find('^ERR') or failure:find('^INVALIDOBJ')) then error(reply) end
    reply = { failure }
  end
  replies[n] = reply
end
return replies`)

/** KEYS document, holds; ARGV seconds. Until all changes that are under way have ended nothing is cached. */
export const HOLD = script(`
redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[1])
redis.call('UNLINK', KEYS[1])
return 1`)

/** Ends one of the changes that KEYS[key] counts. */
const endHold = (key: number): string => `
local holds = tonumber(redis.call('GET', KEYS[${key}]) or '0')
if holds > 1 then redis.call('SET', KEYS[${key}], holds - 1, 'KEEPTTL') else redis.call('UNLINK', KEYS[${key}]) end`

/** KEYS holds. */
export const RELEASE = script(`${endHold(1)}
return 1`)

/**
 * Stores ARGV[2] unless version ARGV[1] is older than the floor or the cached version, or the same as the floor. An empty
 * text, that of a document which is not kept, and any text while other changes are under way, remove what is cached, and a
 * change keeps older versions away. It writes first what a full server rejects, because Redis reports that by another error
 * after a write.
 * @param replaces whether the cached version is replaced by the same one
 */
const storeUnless = (replaces: '>' | '>='): string => `
local version = tonumber(ARGV[1])
local isChange = ARGV[6] == 'changed' and version > 1
local floor = tonumber(redis.call('GET', KEYS[2]) or '0')
local cached = 0
local present = redis.call('GET', KEYS[1])
if present then
  local readable, document = pcall(cjson.decode, present)
  if readable then cached = tonumber(document.version) or 0 end
end
if version > floor and version ${replaces} cached then
  local isHeld = tonumber(redis.call('GET', KEYS[5]) or '0') > (isChange and 1 or 0)
  if ARGV[2] ~= '' and not isHeld then redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
  else
    if isChange then redis.call('SET', KEYS[2], version - 1, 'EX', ARGV[3]) end
    if present then redis.call('UNLINK', KEYS[1]) end
  end
end`

/**
 * KEYS document, floor, views, unique views, holds; ARGV version, JSON, its seconds, seconds of the counters, viewer or ''.
 * @returns 1; 0 when a counter is lost: then the view is not counted
 */
export const FILL = script(`${storeUnless('>')}
if redis.call('EXISTS', KEYS[3], KEYS[4]) < 2 then return 0 end
if ARGV[5] ~= '' then
  redis.call('PFADD', KEYS[4], ARGV[5])
  redis.call('INCR', KEYS[3])
end
redis.call('EXPIRE', KEYS[3], ARGV[4])
redis.call('EXPIRE', KEYS[4], ARGV[4])
return 1`)

/** Keys and arguments as FILL, then `changed`. The first version of a document creates its counters; others end a hold. */
export const UPDATE = script(`${storeUnless('>=')}
if isChange then ${endHold(5)}
end
if version == 1 then
  redis.call('SET', KEYS[3], 0, 'EX', ARGV[4], 'NX')
  redis.call('PFADD', KEYS[4])
  redis.call('EXPIRE', KEYS[4], ARGV[4])
end
return 1`)

/**
 * KEYS document, floor, and holds if one of them ends; ARGV version, seconds. Raises the floor: this version and older ones
 * are no longer cached.
 */
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
if KEYS[3] then ${endHold(3)}
end
return 1`)

/** KEYS document, floor, views, unique views; ARGV as FORGET. Removes all but the floor, which it raises. */
export const EXPEL = script(`
if tonumber(ARGV[1]) > tonumber(redis.call('GET', KEYS[2]) or '-1') then
  redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
end
redis.call('UNLINK', KEYS[1], KEYS[3], KEYS[4])
return 1`)

/** KEYS views, unique views; ARGV total, seconds, viewers. Counters never decrease. */
export const RAISE = script(`
if tonumber(ARGV[1]) > tonumber(redis.call('GET', KEYS[1]) or '-1') then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
end
redis.call('PFADD', KEYS[2], unpack(ARGV, 3))
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 1`)

/** KEYS count; ARGV amount, milliseconds of the window. @returns the count, and the milliseconds that are left */
export const ADD_TO_COUNT = script(`
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  left = tonumber(ARGV[2])
end
return { count, left }`)

/**
 * Runs a script that was loaded when the connection was prepared. After SCRIPT FLUSH Redis does not know it and runs
 * nothing; then the source is sent, which loads it again.
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
    if (!isUnknownScript(error)) throw error
    return send('EVAL', source, String(keys.length), ...keys, ...values)
  }
}

export const SCRIPTS = [READ, HOLD, RELEASE, FILL, UPDATE, FORGET, EXPEL, RAISE]
