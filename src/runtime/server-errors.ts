/**
 * What each error that a server can answer is about, for every server, in one table with its sources. It decides between
 * trying again and giving up: an event becomes a dead letter, and a request an internal error, only for `data`.
 *
 * - `passing`: the server, the network or a failover; the same request can succeed later.
 * - `slow`: a time limit; the same.
 * - `configuration`: permissions, versions, things that were never created. The same request succeeds once the operator has
 *   acted, so it is tried again without end, with its message in readiness and in the log.
 * - `data`: the request or a value in it; it fails however often it is sent.
 *
 * An error that no list has is `passing`: a new version of a server may add some, and an event that is tried again and again
 * is seen in readiness, while one that was given up in error is a stale document.
 */
export type Blame = 'passing' | 'slow' | 'configuration' | 'data'

type Lists = Partial<Record<Blame, string>>

/**
 * Names are separated by blanks. PostgreSQL: SQLSTATEs, or classes of two characters, which decide for all others of the
 * class. Redis: the first word of the answer.
 */
export const SERVER_ERRORS = {
  /** Appendix A of PostgreSQL's documentation (src/backend/utils/errcodes.txt); PgBouncer uses 08P01. */
  postgresql: {
    // query_canceled, also by statement_timeout; lock_not_available
    slow: '57014 55P03',
    // Feature not supported ("cached plan must not change result type"), connection, transaction state (read only after a
    // failover), statement name (a pooler gave the session to another process), rollback, resources (disk full, memory,
    // connections), object state, operator intervention, system error, snapshot failure, internal error; and a prepared
    // statement that a pooler has made before.
    passing: '0A 03 08 09 25 26 40 53 55 57 58 72 XX 42P05 0B 24 34 2D',
    // Authorization, catalog and schema names, roles, external routines, foreign data, configuration file; syntax and
    // access rules: the tables are those of another version, or not this user's.
    configuration: '28 3D 3F 0L 0P 2B 2F 38 39 3B F0 HV 42',
    // Cardinality, data, integrity, check option, program limits (a row or word that is too large for its index), errors
    // that triggers raise; locator, diagnostics, case.
    data: '0F 0Z 20 21 22 23 27 44 54 P0',
  },
  /** org.apache.kafka.common.protocol.Errors of Kafka 4. Where its exception is a RetriableException it is passing. */
  kafka: {
    passing: `UNKNOWN_SERVER_ERROR UNKNOWN CORRUPT_MESSAGE UNKNOWN_TOPIC_OR_PARTITION LEADER_NOT_AVAILABLE
      NOT_LEADER_OR_FOLLOWER NOT_LEADER_FOR_PARTITION REQUEST_TIMED_OUT BROKER_NOT_AVAILABLE REPLICA_NOT_AVAILABLE
      STALE_CONTROLLER_EPOCH NETWORK_EXCEPTION COORDINATOR_LOAD_IN_PROGRESS GROUP_LOAD_IN_PROGRESS
      COORDINATOR_NOT_AVAILABLE GROUP_COORDINATOR_NOT_AVAILABLE NOT_COORDINATOR NOT_COORDINATOR_FOR_GROUP
      NOT_ENOUGH_REPLICAS NOT_ENOUGH_REPLICAS_AFTER_APPEND ILLEGAL_GENERATION UNKNOWN_MEMBER_ID REBALANCE_IN_PROGRESS
      TOPIC_ALREADY_EXISTS NOT_CONTROLLER OUT_OF_ORDER_SEQUENCE_NUMBER DUPLICATE_SEQUENCE_NUMBER INVALID_PRODUCER_EPOCH
      INVALID_TXN_STATE INVALID_PRODUCER_ID_MAPPING CONCURRENT_TRANSACTIONS TRANSACTION_COORDINATOR_FENCED
      OPERATION_NOT_ATTEMPTED KAFKA_STORAGE_ERROR LOG_DIR_NOT_FOUND UNKNOWN_PRODUCER_ID REASSIGNMENT_IN_PROGRESS
      NON_EMPTY_GROUP GROUP_ID_NOT_FOUND FETCH_SESSION_ID_NOT_FOUND INVALID_FETCH_SESSION_EPOCH LISTENER_NOT_FOUND
      FENCED_LEADER_EPOCH UNKNOWN_LEADER_EPOCH STALE_BROKER_EPOCH OFFSET_NOT_AVAILABLE MEMBER_ID_REQUIRED
      PREFERRED_LEADER_NOT_AVAILABLE FENCED_INSTANCE_ID ELIGIBLE_LEADERS_NOT_AVAILABLE ELECTION_NOT_NEEDED
      NO_REASSIGNMENT_IN_PROGRESS GROUP_SUBSCRIBED_TO_TOPIC UNSTABLE_OFFSET_COMMIT THROTTLING_QUOTA_EXCEEDED
      PRODUCER_FENCED RESOURCE_NOT_FOUND SNAPSHOT_NOT_FOUND UNKNOWN_TOPIC_ID DUPLICATE_BROKER_REGISTRATION
      BROKER_ID_NOT_REGISTERED INCONSISTENT_TOPIC_ID TRANSACTIONAL_ID_NOT_FOUND FETCH_SESSION_TOPIC_ID_ERROR
      INELIGIBLE_REPLICA NEW_LEADER_ELECTED OFFSET_MOVED_TO_TIERED_STORAGE FENCED_MEMBER_EPOCH UNRELEASED_INSTANCE_ID
      STALE_MEMBER_EPOCH UNKNOWN_CONTROLLER_ID UNKNOWN_SUBSCRIPTION_ID TRANSACTION_ABORTABLE INVALID_RECORD_STATE
      SHARE_SESSION_NOT_FOUND INVALID_SHARE_SESSION_EPOCH FENCED_STATE_EPOCH OFFSET_OUT_OF_RANGE`,
    configuration: `INVALID_TOPIC_EXCEPTION INVALID_REQUIRED_ACKS INCONSISTENT_GROUP_PROTOCOL INVALID_GROUP_ID
      INVALID_SESSION_TIMEOUT TOPIC_AUTHORIZATION_FAILED GROUP_AUTHORIZATION_FAILED CLUSTER_AUTHORIZATION_FAILED
      UNSUPPORTED_SASL_MECHANISM ILLEGAL_SASL_STATE UNSUPPORTED_VERSION INVALID_PARTITIONS INVALID_REPLICATION_FACTOR
      INVALID_REPLICA_ASSIGNMENT INVALID_CONFIG INVALID_REQUEST UNSUPPORTED_FOR_MESSAGE_FORMAT POLICY_VIOLATION
      INVALID_TRANSACTION_TIMEOUT TRANSACTIONAL_ID_AUTHORIZATION_FAILED SECURITY_DISABLED SASL_AUTHENTICATION_FAILED
      DELEGATION_TOKEN_AUTH_DISABLED DELEGATION_TOKEN_NOT_FOUND DELEGATION_TOKEN_OWNER_MISMATCH
      DELEGATION_TOKEN_REQUEST_NOT_ALLOWED DELEGATION_TOKEN_AUTHORIZATION_FAILED DELEGATION_TOKEN_EXPIRED
      INVALID_PRINCIPAL_TYPE TOPIC_DELETION_DISABLED UNSUPPORTED_COMPRESSION_TYPE GROUP_MAX_SIZE_REACHED
      DUPLICATE_RESOURCE UNACCEPTABLE_CREDENTIAL INCONSISTENT_VOTER_SET INVALID_UPDATE_VERSION FEATURE_UPDATE_FAILED
      PRINCIPAL_DESERIALIZATION_FAILURE INCONSISTENT_CLUSTER_ID UNSUPPORTED_ASSIGNOR MISMATCHED_ENDPOINT_TYPE
      UNSUPPORTED_ENDPOINT_TYPE INVALID_REGISTRATION INVALID_VOTER_KEY DUPLICATE_VOTER VOTER_NOT_FOUND
      INVALID_REGULAR_EXPRESSION INVALID_FETCH_SIZE TELEMETRY_TOO_LARGE`,
    data: `MESSAGE_TOO_LARGE OFFSET_METADATA_TOO_LARGE RECORD_LIST_TOO_LARGE INVALID_COMMIT_OFFSET_SIZE INVALID_TIMESTAMP
      INVALID_RECORD`,
  },
  /** src/*.c of Redis 7, and "Redis serialization protocol" on redis.io. */
  redis: {
    passing: `LOADING BUSY READONLY MASTERDOWN CLUSTERDOWN TRYAGAIN OOM NOREPLICAS MISCONF UNBLOCKED EXECABORT
      IOERR NOMASTERLINK NOQUORUM NOGOODSLAVE INPROG NOTBUSY UNKILLABLE MOVED ASK`,
    configuration: 'NOAUTH WRONGPASS NOPERM DENIED NOPROTO',
    // NOSCRIPT: the same request fails until the script's source is sent.
    data: 'ERR WRONGTYPE INVALIDOBJ CROSSSLOT BUSYKEY BUSYGROUP NOGROUP NOSCRIPT',
  },
  /** "Error responses" of the API reference of Amazon S3, and cmd/api-errors.go of MinIO. */
  s3: {
    passing: `InternalError ServiceUnavailable SlowDown SlowDownRead SlowDownWrite ServerBusy Busy TooManyRequests
      RequestTimeout RequestTimeTooSkewed RequestExpired OperationAborted ConditionalRequestConflict IncompleteBody
      ExcessData BadDigest InvalidDigest XAmzContentSHA256Mismatch XAmzContentChecksumMismatch RequestTorrentOfBucketError
      TemporaryRedirect Redirect NoSuchUpload NoSuchVersion InvalidPart InvalidPartOrder BucketNotEmpty XMinioBackendDown
      XMinioServerNotInitialized XMinioIAMNotInitialized XMinioBucketMetadataNotInitialized XMinioStorageFull
      XMinioAdminConfigNoQuorum InsufficientCapacity QuotaExceeded XMinioAdminBucketQuotaExceeded MissingContentLength
      MissingRequestBodyError ExpiredToken TokenRefreshRequired NotFound NoSuchKey PreconditionFailed`,
    configuration: `AccessDenied AllAccessDisabled AccountProblem Forbidden UnauthorizedAccess InvalidAccessKeyId
      InvalidTokenId InvalidToken SignatureDoesNotMatch AuthorizationHeaderMalformed AuthorizationQueryParametersError
      CredentialsNotSupported InvalidSecurity MissingSecurityHeader NotSignedUp NoSuchBucket InvalidBucketName
      InvalidBucketState InvalidObjectState InvalidStorageClass PermanentRedirect IllegalLocationConstraintException
      InvalidRegion NotImplemented MethodNotAllowed NotDeviceOwnerError InvalidPayer ServerSideEncryptionConfigurationNotFoundError
      XMinioInvalidIAMCredentials XMinioInsecureClientRequest XAdminUserNotFound InvalidRequest InvalidArgument MalformedXML`,
    data: `EntityTooLarge EntityTooSmall KeyTooLongError MetadataTooLarge InvalidRange InvalidURI InvalidPartNumber
      XMinioInvalidObjectName XMinioObjectExistsAsDirectory XMinioObjectTampered XMinioInvalidResourceName`,
  },
  /**
   * The primary result codes of https://sqlite.org/rescode.html, where the search index is a file. SQLITE_ERROR passes: the
   * statements are constant, so it is the file's ("no such table") or that of a transaction which another error ended.
   */
  sqlite: {
    passing: `SQLITE_ERROR SQLITE_INTERNAL SQLITE_ABORT SQLITE_BUSY SQLITE_LOCKED SQLITE_NOMEM SQLITE_INTERRUPT
      SQLITE_NOTFOUND SQLITE_FULL SQLITE_PROTOCOL SQLITE_EMPTY SQLITE_SCHEMA SQLITE_MISUSE SQLITE_NOTICE SQLITE_WARNING`,
    // Rights, the file system, and files that are damaged or no databases, which the next start replaces
    configuration: `SQLITE_PERM SQLITE_READONLY SQLITE_IOERR SQLITE_CORRUPT SQLITE_CANTOPEN SQLITE_NOLFS SQLITE_AUTH
      SQLITE_FORMAT SQLITE_NOTADB`,
    data: 'SQLITE_TOOBIG SQLITE_CONSTRAINT SQLITE_MISMATCH SQLITE_RANGE',
  },
  /**
   * A request as a whole: `type` of an answer's `error`, the class's name in underscore case; the classes that cross the wire
   * are listed in ElasticsearchException.ElasticsearchExceptionHandle. Status codes cannot tell them apart: a closed index is
   * a 400 like a document that cannot be parsed, and a shard that has not started is a 404.
   */
  elasticsearch: {
    configuration: `security_exception authentication_processing_error role_restriction_exception index_closed_exception
      invalid_alias_name_exception invalid_index_name_exception index_template_missing_exception
      invalid_index_template_exception aliases_not_found_exception settings_exception no_class_settings_exception
      strict_dynamic_mapping_exception version_mismatch_exception api_not_available_exception
      repository_missing_exception ingest_processor_exception script_exception general_script_exception`,
    // Not json_e_o_f_exception, which is a body that was cut off on its way.
    data: `illegal_argument_exception action_request_validation_exception parse_exception parsing_exception
      json_parse_exception x_content_parse_exception named_object_not_found_exception number_format_exception
      query_shard_exception too_many_clauses too_many_nested_clauses too_many_buckets_exception
      invalid_aggregation_path_exception alias_filter_parsing_exception`,
    passing: `no_shard_available_action_exception unavailable_shards_exception illegal_index_shard_state_exception
      index_shard_not_started_exception index_shard_closed_exception index_shard_recovering_exception
      index_shard_not_recovering_exception index_shard_relocated_exception index_shard_started_exception
      index_shard_recovery_exception shard_not_found_exception shard_not_in_primary_mode_exception
      shard_lock_obtain_failed_exception no_longer_primary_shard_exception retry_on_primary_exception
      retry_on_replica_exception primary_missing_action_exception index_primary_shard_not_allocated_exception
      illegal_shard_routing_state_exception routing_exception index_not_found_exception resource_not_found_exception
      cluster_block_exception master_not_discovered_exception not_master_exception node_closed_exception
      node_disconnected_exception node_not_connected_exception no_node_available_exception no_such_node_exception
      failed_node_exception connect_transport_exception send_request_transport_exception transport_exception
      action_transport_exception remote_transport_exception receive_timeout_transport_exception
      response_handler_failure_transport_exception transport_serialization_exception no_seed_node_left_exception
      process_cluster_event_timeout_exception timeout_exception failed_to_commit_cluster_state_exception
      coordination_state_rejected_exception incompatible_cluster_state_version_exception
      node_health_check_failure_exception health_node_not_discovered_exception es_rejected_execution_exception
      circuit_breaking_exception task_cancelled_exception already_closed_exception engine_exception
      refresh_failed_engine_exception flush_failed_engine_exception recovery_engine_exception
      engine_creation_failure_exception translog_exception translog_corrupted_exception truncated_translog_exception
      recovery_failed_exception recover_files_recovery_exception delay_recovery_exception peer_recovery_not_found
      snapshot_in_progress_exception search_phase_execution_exception query_phase_execution_exception
      fetch_phase_execution_exception reduce_search_phase_exception search_context_missing_exception
      aggregation_execution_exception uncategorized_execution_exception not_serializable_exception_wrapper
      mapper_exception i_o_exception illegal_state_exception null_pointer_exception json_e_o_f_exception
      version_conflict_engine_exception resource_already_exists_exception document_missing_exception exception
      status_exception http_exception`,
  },
  /**
   * One item of a bulk request: what blames its document. Not an illegal_argument_exception, which is also the answer where
   * an alias has no index or two to write to; see `blamesDocument`. Not a mapper_exception, which is also "timed out while
   * waiting for a dynamic mapping update" (TransportShardBulkAction).
   */
  elasticsearchItem: {
    configuration: 'strict_dynamic_mapping_exception security_exception index_closed_exception',
    // mapper_parsing_exception: its name before 8.8
    data: `document_parsing_exception mapper_parsing_exception x_content_parse_exception json_parse_exception
      parsing_exception parse_exception number_format_exception`,
  },
} as const satisfies Record<string, Lists>

export type Server = keyof typeof SERVER_ERRORS

const BLAMES = new Map<string, Blame>(
  Object.entries(SERVER_ERRORS).flatMap(([server, lists]: [string, Lists]) =>
    Object.entries(lists).flatMap(([blame, names]) =>
      names.split(/\s+/).map((name) => [`${server} ${name}`, blame as Blame] as const),
    ),
  ),
)

/** What an error of a server is about. @param name as in the table */
export function blameOf(server: Server, name: string): Blame {
  const own = BLAMES.get(`${server} ${name}`)
  if (own !== undefined || server !== 'postgresql') return own ?? 'passing'
  return BLAMES.get(`${server} ${name.slice(0, 2)}`) ?? 'passing'
}

/** Replies that begin with ERR, as those about a command do, and are about the server or the settings (src/*.c of Redis 7). */
const SERVER_REPLIES: readonly [RegExp, Blame][] = [
  [/^ERR max number of clients/, 'passing'],
  [/^ERR (AUTH|invalid password|DB index|SELECT|Client sent AUTH)/, 'configuration'],
]

/** What an error reply of Redis is about. */
export const blameOfReply = (message: string): Blame =>
  SERVER_REPLIES.find(([pattern]) => pattern.test(message))?.[1] ??
  blameOf('redis', message.split(' ', 1)[0]!)
