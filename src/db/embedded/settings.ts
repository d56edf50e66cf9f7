/**
 * PostgreSQL's settings for a machine that also runs other programs. Writes are durable: fsync and synchronous_commit
 * keep their defaults. The names are those of PostgreSQL 15's documentation, chapter 20.
 */
export const DEFAULT_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '60',
  // Change data capture. A slot without a reader cannot fill the disk: beyond the limit it is invalidated.
  wal_level: 'logical',
  max_wal_senders: '10',
  max_replication_slots: '10',
  max_slot_wal_keep_size: '2GB',
  wal_sender_timeout: '60s',
  // Memory and disk.
  shared_buffers: '64MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  max_wal_size: '512MB',
  min_wal_size: '80MB',
  jit: 'off',
  // Independent of the machine's time zone and locale.
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  client_encoding: 'UTF8',
  // The log goes through a pipe to the logger, which adds the time. Statements are not logged: they contain data.
  logging_collector: 'off',
  log_destination: 'stderr',
  log_line_prefix: '',
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
}

/** As arguments of the program `postgres`. */
export function settingArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
