/** An answer of the API server other than 2xx, with what its `Status` object says. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The machine-readable reason of the answer, e.g. `AlreadyExists`; empty where the server gave none. */
  readonly reason: string;
  /** What the server's `Retry-After` header asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

const hasStatus = (error: unknown, status: number): error is ApiError =>
  error instanceof ApiError && error.status === status;

export const isNotFound = (error: unknown): error is ApiError => hasStatus(error, 404);
export const isConflict = (error: unknown): error is ApiError => hasStatus(error, 409);
/** The object as a whole breaks what its schema demands, though the request may have touched another part of it. */
export const isInvalid = (error: unknown): error is ApiError => hasStatus(error, 422);
/** The API server refuses a list or watch because rights are missing, or the kind is: somebody has to act. */
export const isDenied = (error: unknown): error is ApiError => hasStatus(error, 403) || hasStatus(error, 404);
/** The resource version asked for is compacted away: list again. */
export const isGone = (error: unknown): error is ApiError => hasStatus(error, 410);
/** A namespace that is being deleted takes no new objects. */
export const isTerminatingNamespace = (error: unknown): boolean =>
  hasStatus(error, 403) && error.message.includes('is being terminated');

/** The server has understood and says no: the same request will fail the same way, unlike after an overload or a broken connection. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof ApiError &&
  error.status >= 400 &&
  error.status < 500 &&
  error.status !== 409 &&
  error.status !== 429;
