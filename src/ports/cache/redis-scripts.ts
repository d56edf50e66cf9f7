/** What must happen in Redis at once. A script is one command, and so one round trip. */
import { createHash } from 'node:crypto'

export interface Script {
  source: string
  sha: string
}

const script = (source: string): Script => ({ source, sha: createHash('sha1').update(source).digest('hex') })

/**
 * KEYS document, views, unique views; ARGV viewer. The document and its view counted, or nil and nothing counted:
 * without both counters too, because one that Redis has lost must not begin again at zero.
 */
export const READ = script(`
local document = redis.call('GET', KEYS[1])
if not document or redis.call('EXISTS', KEYS[2], KEYS[3]) < 2 then return false end
redis.call('PFADD', KEYS[3], ARGV[1])
redis.call('INCR', KEYS[2])
return document`)

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

export const SCRIPTS = [READ, FILL, UPDATE, FORGET, RAISE]
