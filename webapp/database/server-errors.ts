/**
 * MySQL's error numbers that concern the server, not the statement. They are from the list of server error messages in MySQL's manual
 * (https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html). Numbers below 1000 are from the global list.
 */

/** See isNotNow. */
export const NOT_NOW: ReadonlySet<number> = new Set([
  3, // EE_WRITE: a temporary file cannot be written
  20, // EE_DISK_FULL
  1016, // ER_CANT_OPEN_FILE: too many open files
  1021, // ER_DISK_FULL
  1026, // ER_ERROR_ON_WRITE
  1028, // ER_FILSORT_ABORT
  1030, // ER_GET_ERRNO: the storage engine's own number, such as 28 for a full disk
  1037, // ER_OUTOFMEMORY
  1038, // ER_OUT_OF_SORTMEMORY
  1040, // ER_CON_COUNT_ERROR
  1041, // ER_OUT_OF_RESOURCES
  1114, // ER_RECORD_FILE_FULL: the table is full
  1129, // ER_HOST_IS_BLOCKED
  1135, // ER_CANT_CREATE_THREAD
  1180, // ER_ERROR_DURING_COMMIT
  1197, // ER_TRANS_CACHE_FULL
  1203, // ER_TOO_MANY_USER_CONNECTIONS
  1206, // ER_LOCK_TABLE_FULL
  1226, // ER_USER_LIMIT_REACHED: a quota of the hour is used up
  1297, // ER_GET_TEMPORARY_ERRMSG
  1461, // ER_MAX_PREPARED_STMT_COUNT_REACHED
  1534, // ER_BINLOG_ROW_LOGGING_FAILED
  1615, // ER_NEED_REPREPARE
  1637, // ER_TOO_MANY_CONCURRENT_TRXS
  1705, // ER_STMT_CACHE_FULL
  1811, // ER_IO_WRITE_ERROR
  1878, // ER_TEMP_FILE_WRITE_FAILURE
  3015, // ER_ENGINE_OUT_OF_MEMORY
  3019, // ER_INNODB_UNDO_LOG_FULL
  3024, // ER_QUERY_TIMEOUT
  3168, // ER_SERVER_ISNT_AVAILABLE
  3170, // ER_CAPACITY_EXCEEDED
  3231, // ER_WRITE_SET_EXCEEDS_LIMIT
  3572, // ER_LOCK_NOWAIT
  3675, // ER_DISK_FULL_NOWAIT
  3781, // ER_GR_HOLD_WAIT_TIMEOUT
  3782, // ER_GR_HOLD_KILLED
  9001, // ProxySQL: no server was free in time
]);

/** This server takes no writes, or none of ours. A new connection may lead to another server or to new settings. */
export const NOT_HERE: ReadonlySet<number> = new Set([
  1036, // ER_OPEN_AS_READONLY
  1047, // ER_UNKNOWN_COM_ERROR: a node of a Galera cluster that is not ready
  1207, // ER_READ_ONLY_TRANSACTION
  1223, // ER_CANT_UPDATE_WITH_READLOCK
  1290, // ER_OPTION_PREVENTS_STATEMENT: read_only or super_read_only
  1598, // ER_BINLOG_LOGGING_IMPOSSIBLE
  1662, // ER_BINLOG_ROW_MODE_AND_STMT_ENGINE
  1665, // ER_BINLOG_STMT_MODE_AND_ROW_ENGINE: binlog_format is STATEMENT
  1785, // ER_GTID_UNSAFE_NON_TRANSACTIONAL_TABLE
  1792, // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
  1836, // ER_READ_ONLY_MODE
  1874, // ER_INNODB_READ_ONLY
  1881, // ER_INNODB_FORCED_RECOVERY
  3032, // ER_SERVER_OFFLINE_MODE
  3098, // ER_BEFORE_DML_VALIDATION_ERROR: group replication refuses the table
  3100, // ER_RUN_HOOK_ERROR: the member has left its group
  3989, // ER_SCHEMA_READ_ONLY
]);

/** See isLockConflict. */
export const CONFLICT: ReadonlySet<number> = new Set([
  1205, // ER_LOCK_WAIT_TIMEOUT
  1213, // ER_LOCK_DEADLOCK
  1689, // ER_LOCK_ABORTED
  3101, // ER_TRANSACTION_ROLLBACK_DURING_COMMIT: two members of a group wrote the same row
]);
