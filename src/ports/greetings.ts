/**
 * What a client can say to a server of each kind so that it answers, before it knows who asks; in Latin-1. For
 * `docmgr doctor`: that a connection is accepted says little.
 */
export const HTTP_GREETING = 'HEAD / HTTP/1.1\r\nHost: docmgr\r\nConnection: close\r\n\r\n'
/** RFC 9113, 3.4: with empty SETTINGS, which the server answers with its own. */
export const HTTP2_GREETING = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'
export const REDIS_GREETING = 'PING\r\n'
/** ApiVersions, version 0, of a client without a name: size, key, version, id, name (kafka.apache.org/protocol). */
export const KAFKA_GREETING = '\0\0\0\x0a\0\x12\0\0\0\0\0\x01\xff\xff'
