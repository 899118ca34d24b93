import type { Request, RequestHandler, Response } from 'express';
import { keyOf, splitKey } from '../runtime/client/kinds.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Identify } from './access/gate.ts';
import type { Rights } from './access/rights.ts';
import type { Viewer } from './access/viewer.ts';
import type { AppChange, Changes } from './changes.ts';
import { OpenStreams } from './open-streams.ts';

export interface StreamOptions {
  readonly changes: Changes;
  readonly rights: Rights;
  readonly identify: Identify;
  readonly clock: Pick<Clock, 'after'>;
  /** How often the viewer's token and rights are looked at again. Default 20 s. */
  readonly checkMs?: number | undefined;
  readonly open?: OpenStreams;
}

/** What a stream is about. The page of the operator changes all the time. */
type Subject =
  { readonly of: 'list' | 'operator' } | { readonly of: 'app'; readonly namespace: string; readonly name: string };

const CHECK_MS = 20_000;
/** Changes within this time are told together. In a fleet some app changes all the time. */
const GATHER_MS: Readonly<Record<Subject['of'], number>> = { list: 2_000, app: 500, operator: 500 };
const OPERATOR_MS = 5_000;

/**
 * Server-Sent Events. `changed` says that a page is worth loading again. It holds nothing else, so that all content goes through the pages and
 * their access checks. The stream ends when its viewer may no longer see the page.
 */
export function stream(options: StreamOptions): RequestHandler {
  const { rights, open = new OpenStreams() } = options;
  return async function streamHandler(request, response) {
    const { viewer } = response.locals;
    const subject = subjectOf(request);
    if (!viewer || !subject || !(await maySee(viewer, subject, rights))) {
      response.status(404).type('text/plain').send('There is nothing here.\n');
      return;
    }
    // The client may have left during the checks. Its 'close' event has then passed.
    if (response.destroyed) return;
    response.once('close', open.open(viewer));
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
  const { changes, rights, identify, clock, checkMs = CHECK_MS } = options;
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
  response.write('retry: 3000\n\n');
  let isClosed = false;
  /** Cancels what is about to be told. */
  let pending: (() => void) | undefined;
  /** Runs once, whichever comes first: the client leaves, a check fails, or the connection does. */
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    unsubscribe();
    clearInterval(checking);
    clearInterval(ticking);
    pending?.();
    if (!response.writableEnded && !response.destroyed) response.end('event: ended\ndata:\n\n');
  };
  const tell = (): void => {
    if (isClosed) return;
    pending ??= clock.after(GATHER_MS[subject.of], () => {
      pending = undefined;
      response.write('event: changed\ndata:\n\n');
    });
  };
  const check = async (): Promise<void> => {
    const now = await identify(request);
    const isAllowed = now !== undefined && (await maySee(now, subject, rights));
    if (!isAllowed) close();
    else if (!isClosed) response.write(':\n\n');
  };
  const unsubscribe = changes.subscribe((change) => {
    if (pending) return;
    void concerns(change, viewer, subject, rights).then((isOurs) => {
      if (isOurs) tell();
    }, close);
  });
  const checking = setInterval(() => void check().catch(close), checkMs);
  const ticking = subject.of === 'operator' ? setInterval(tell, OPERATOR_MS) : undefined;
  response.once('close', close);
  // A stream without a listener for its errors ends the process.
  response.on('error', close);
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
