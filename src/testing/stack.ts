/**
 * Where the servers of the distributed profile are, for tests that need them: from the variables that
 * `docker/native/stack env` prints, else at their usual ports of this machine. A test fails where its server is missing.
 */
const from = (name: string, fallback: string): string => process.env[name] || fallback

const directUrl = from('DATABASE_DIRECT_URL', 'postgres://docmgr:docmgr@127.0.0.1:5432/docmgr')

export const stack = {
  /** through PgBouncer, in transaction mode */
  databaseUrl: from('DATABASE_URL', 'postgres://docmgr:docmgr@127.0.0.1:6432/docmgr'),
  /** PostgreSQL itself, as the owner of the database */
  databaseDirectUrl: directUrl,
  /** PostgreSQL itself, as its superuser */
  adminUrl: from('DATABASE_ADMIN_URL', 'postgres://postgres:postgres@127.0.0.1:5432/postgres'),
  redisUrl: from('REDIS_URL', 'redis://127.0.0.1:6379'),
  /** MinIO */
  s3Endpoint: from('S3_ENDPOINT', 'http://127.0.0.1:9000'),
  /** another implementation of S3 */
  s3SecondEndpoint: from('S3_SECOND_ENDPOINT', 'http://127.0.0.1:7070'),
  s3AccessKey: from('AWS_ACCESS_KEY_ID', 'docmgr'),
  s3SecretKey: from('AWS_SECRET_ACCESS_KEY', 'docmgr-s3'),
  /** host:port,host:port */
  kafkaBrokers: from('KAFKA_BROKERS', '127.0.0.1:9092'),
  /** the listener whose users have their names as passwords */
  kafkaSaslBrokers: from('KAFKA_SASL_BROKERS', '127.0.0.1:9094'),
  connectUrl: from('CONNECT_URL', 'http://127.0.0.1:8083'),
  elasticsearchUrl: from('ELASTICSEARCH_URL', 'http://127.0.0.1:9200'),
  toxiproxyUrl: from('TOXIPROXY_URL', 'http://127.0.0.1:8474'),
} as const
