import type { Request, RequestHandler, Response } from 'express';
import { keyOf, splitKey } from '../runtime/client/kinds.ts';
import type { Identify } from './access/gate.ts';
import type { Rights } from './access/rights.ts';
import type { Viewer } from './access/viewer.ts';
import type { AppChange, Changes } from './changes.ts';
import { RefusedError } from './refused-error.ts';

export interface StreamOptions {
  readonly changes: Changes;
  readonly rights: Rights;
  readonly identify: Identify;
  /** How often the viewer's token and rights are looked at again. Default 20 s. */
  readonly checkMs?: number;
}

/** What a stream is about. The page of the operator changes all the time. */
type Subject =
  { readonly of: 'list' | 'operator' } | { readonly of: 'app'; readonly namespace: string; readonly name: string };

const MOST_STREAMS = 200;
const CHECK_MS = 20_000;
/** Changes within this time are told together. */
const GATHER_MS = 500;
const OPERATOR_MS = 5_000;

/**
 * Server-Sent Events. `changed` says that a page is worth loading again. It holds nothing else, so that all content goes through the pages and
 * their access checks. The stream ends when its viewer may no longer see the page.
 */
export function stream(options: StreamOptions): RequestHandler {
  let open = 0;
  return async function streamHandler(request, response) {
    const { viewer } = response.locals;
    const subject = subjectOf(request);
    if (!viewer || !subject || !(await maySee(viewer, subject, options.rights))) {
      response.status(404).type('text/plain').send('There is nothing here.\n');
      return;
    }
    if (open >= MOST_STREAMS) throw new RefusedError(503, 'Too many streams are open.');
    open += 1;
    response.on('close', () => (open -= 1));
    follow(request, response, viewer, subject, options);
  };
}

function subjectOf({ query: { of, namespace, name } }: Request): Subject | undefined {
  if (of === 'list' || of === 'operator') return { of };
  if (of === 'app' && typeof namespace === 'string' && typeof name === 'string') return { of, namespace, name };
  return undefined;
}

/** Whoever is signed in may see the list and the page of the operator, which show only what they may see. */
async function maySee(viewer: Viewer, subject: Subject, rights: Rights): Promise<boolean> {
  return subject.of !== 'app' || rights.mayGet(viewer, subject.namespace, subject.name);
}

function follow(request: Request, response: Response, viewer: Viewer, subject: Subject, options: StreamOptions): void {
  const { changes, rights, identify, checkMs = CHECK_MS } = options;
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
  response.write('retry: 3000\n\n');
  let pending: NodeJS.Timeout | undefined;
  const tell = (): void => {
    pending ??= setTimeout(() => {
      pending = undefined;
      response.write('event: changed\ndata:\n\n');
    }, GATHER_MS);
  };
  const end = (): void => void response.end('event: ended\ndata:\n\n');
  const check = async (): Promise<void> => {
    const now = await identify(request);
    if (!now || !(await maySee(now, subject, rights))) end();
    else response.write(':\n\n');
  };
  const unsubscribe = changes.subscribe((change) => {
    if (pending) return;
    void concerns(change, viewer, subject, rights).then((isOurs) => {
      if (isOurs) tell();
    }, end);
  });
  const checking = setInterval(() => void check().catch(end), checkMs);
  const ticking = subject.of === 'operator' ? setInterval(tell, OPERATOR_MS) : undefined;
  response.on('close', () => {
    unsubscribe();
    clearInterval(checking);
    clearInterval(ticking);
    clearTimeout(pending);
  });
}

/** Whether a change is of the page, and the viewer may know of it. */
async function concerns(
  { key, isOfApp }: AppChange,
  viewer: Viewer,
  subject: Subject,
  rights: Rights,
): Promise<boolean> {
  if (subject.of === 'app') return key === keyOf({ metadata: subject });
  if (subject.of === 'operator' || !isOfApp) return false;
  const { namespace } = splitKey(key);
  return (await rights.visible(viewer, [namespace])).has(namespace);
}
