import type { Request, RequestHandler } from 'express';

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
const LOOPBACK_ADDRESS = /^(::ffff:)?127\.0\.0\.1$|^::1$/;
const FORWARDED = /^(forwarded|via|x-forwarded-.*|x-real-ip|x-envoy-.*|l5d-.*)$/;

export const isLoopbackHost = (host: string | undefined): boolean => LOOPBACK_HOST.test(host ?? '');

/** Whether the page answers to this `Host`: a name of loopback, or one of the setting. The port does not matter. */
export function isKnownHost(host: string | undefined, hosts: readonly string[]): boolean {
  return isLoopbackHost(host) || hosts.includes((host ?? '').toLowerCase().replace(/:\d+$/, ''));
}

/**
 * Whether the request comes from this pod's own loopback interface, as one of `kubectl port-forward` does, and from no proxy beside it. A
 * service mesh hands on everybody's requests there.
 */
export function isFromLoopback({ headers, socket }: Pick<Request, 'headers' | 'socket'>): boolean {
  const { remoteAddress = '', localAddress = '' } = socket;
  return (
    isLoopbackHost(headers.host) &&
    LOOPBACK_ADDRESS.test(remoteAddress) &&
    LOOPBACK_ADDRESS.test(localAddress) &&
    !Object.keys(headers).some((name) => FORWARDED.test(name))
  );
}

/** Refuses other host names. Otherwise a web page could reach this server under its own name (DNS rebinding). */
export function knownHost(hosts: readonly string[]): RequestHandler {
  return function knownHostMiddleware(request, response, next) {
    if (isKnownHost(request.headers.host, hosts)) {
      next();
      return;
    }
    response
      .status(421)
      .type('text/plain')
      .send('This server does not answer to that host name. See STATUS_PAGE_HOSTS.\n');
  };
}
