/** An answer of the API server other than 2xx, with the content of its `Status` object. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The machine-readable reason of the answer, e.g. `AlreadyExists`. Empty if the server gave none. */
  readonly reason: string;
  /** The delay that the `Retry-After` header asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfterMs?: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Puts what was being done in front of the message of an ApiError, which need not name the object. Other errors stay as they are: those of the
 * connection name their request.
 */
export const whileDoing = (doing: string, error: unknown): unknown =>
  error instanceof ApiError
    ? new ApiError(error.status, error.reason, `${doing}: ${error.message}`, error.retryAfterMs, { cause: error })
    : error;

const hasStatus = (error: unknown, status: number): error is ApiError =>
  error instanceof ApiError && error.status === status;

export const isNotFound = (error: unknown): error is ApiError => hasStatus(error, 404);
export const isConflict = (error: unknown): error is ApiError => hasStatus(error, 409);
/** The object is invalid by its schema. The invalid part may be one that the request did not change. */
export const isInvalid = (error: unknown): error is ApiError => hasStatus(error, 422);
/** The API server refuses a list or watch, because rights or the kind are missing. Somebody has to act. */
export const isDenied = (error: unknown): error is ApiError => hasStatus(error, 403) || hasStatus(error, 404);
/** The requested resource version was compacted. List again. */
export const isGone = (error: unknown): error is ApiError => hasStatus(error, 410);
/** The namespace is being deleted, so no object can be created in it. */
export const isTerminatingNamespace = (error: unknown): boolean =>
  hasStatus(error, 403) && error.message.includes('is being terminated');

/** The server rejects the request itself, so a retry fails the same way. Not so for a conflict, an overload or a broken connection. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof ApiError &&
  error.status >= 400 &&
  error.status < 500 &&
  error.status !== 409 &&
  error.status !== 429;
