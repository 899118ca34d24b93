import { ApiError } from '../../runtime/client/api-error.ts';
import { PluginError, type Outcome } from '../exit-code.ts';

/** What the API server answers to a path that it does not know. */
const UNKNOWN_KIND = 'the server could not find the requested resource';

/** Any failure as one sentence with an exit code. */
export function failureOf(error: unknown): PluginError {
  if (error instanceof PluginError) return error;
  if (error instanceof ApiError) {
    const words =
      error.message === UNKNOWN_KIND
        ? `${error.message}: is the operator installed, with its CustomResourceDefinition?`
        : error.message;
    return new PluginError(outcomeOf(error), words, { cause: error });
  }
  if (!(error instanceof Error)) return new PluginError('failed', String(error));
  // The client wraps what the connection said: the cause has the system's code.
  const isConnection = [error, error.cause].some((one) => one instanceof Error && isOfConnection(one));
  return isConnection
    ? new PluginError('noCluster', `The API server cannot be reached: ${error.message}`, { cause: error })
    : new PluginError('failed', error.message, { cause: error });
}

function outcomeOf({ status }: ApiError): Outcome {
  if (status === 404) return 'notFound';
  return status === 401 || status === 403 ? 'forbidden' : 'failed';
}

/** Errors of the system, of TLS, and of a connection that stays silent. */
function isOfConnection(error: Error & { readonly code?: unknown }): boolean {
  return (
    error.name === 'SilenceError' ||
    (typeof error.code === 'string' && /^(E[A-Z]+|ERR_TLS|ERR_SSL|[A-Z_]*CERT)/.test(error.code))
  );
}
