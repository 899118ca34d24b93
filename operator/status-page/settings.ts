/**
 * `Discovered`: by a token if the operator may review tokens and access, else without one on loopback. `Token`: always by a token.
 * `Loopback`: on loopback alone, without a token.
 */
export type StatusPageAccess = 'Discovered' | 'Token' | 'Loopback';

export interface StatusPageSettings {
  /** 0 means no status page. */
  readonly port: number;
  /** Host names, in lower case, under which the page answers beside those of loopback. */
  readonly hosts: readonly string[];
  readonly access: StatusPageAccess;
  /** What an authenticating proxy sends to prove itself. Undefined where there is no such proxy. */
  readonly proxySecret: string | undefined;
}
