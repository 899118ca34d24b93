import { readFile } from 'node:fs/promises';

const OPERATOR = 'system:serviceaccount:vacation-system:vacation-operator';

/** A request as the API server tells it. */
export interface Request {
  readonly verb: string;
  readonly user: string;
  readonly resource: string;
  readonly subresource: string | undefined;
  readonly namespace: string;
  readonly name: string;
  readonly code: number;
  /** Under which field manager, where the request says it. */
  readonly manager: string | undefined;
  /** Milliseconds since the epoch, with microseconds. */
  readonly received: number;
  readonly answered: number;
}

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
}

/** Who may do what is logged: all that the operator does, and of the others what starts or ends something. */
export const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'Metadata', users: [OPERATOR] },
    { level: 'None', verbs: ['get', 'list', 'watch'] },
    {
      level: 'Metadata',
      verbs: ['create', 'patch', 'update', 'delete'],
      resources: [
        { group: 'interstellar.dev', resources: ['vacationapps'] },
        { group: 'batch', resources: ['jobs/status'] },
        { group: '', resources: ['services'] },
      ],
    },
    { level: 'None' },
  ],
};

/** All that is in the log, in order of arrival. */
export async function requestsIn(auditLog: string): Promise<Request[]> {
  const lines = (await readFile(auditLog, 'utf8')).split('\n');
  return lines.flatMap((line) => {
    if (line === '') return [];
    const event = JSON.parse(line) as AuditEvent;
    // A watch is answered when it begins; when it ends it is told again.
    if (event.stage !== (event.verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete')) return [];
    return [
      {
        verb: event.verb,
        user: event.user.username,
        resource: event.objectRef?.resource ?? '',
        subresource: event.objectRef?.subresource,
        namespace: event.objectRef?.namespace ?? '',
        name: event.objectRef?.name ?? '',
        code: event.responseStatus?.code ?? 0,
        manager: /[?&]fieldManager=([^&]*)/.exec(event.requestURI)?.[1],
        received: msOf(event.requestReceivedTimestamp),
        answered: msOf(event.stageTimestamp),
      },
    ];
  });
}

/** `Date` knows no microseconds. */
function msOf(timestamp: string): number {
  const micros = Number(/\.(\d{3})(\d{3})Z$/.exec(timestamp)?.[2] ?? 0);
  return Date.parse(timestamp) + micros / 1000;
}

export const isOperator = ({ user }: Request): boolean => user === OPERATOR;
export const isLease = ({ resource }: Request): boolean => resource === 'leases';
export const isRead = ({ verb }: Request): boolean => verb === 'get' || verb === 'list';
export const isWrite = ({ verb }: Request): boolean => ['create', 'update', 'patch', 'delete'].includes(verb);
export const isEvent = ({ resource }: Request): boolean => resource === 'events';
export const isStatus = ({ resource, subresource }: Request): boolean =>
  resource === 'vacationapps' && subresource === 'status';
/** A write to a child, be it refused. */
export const isChild = (request: Request): boolean =>
  isWrite(request) && !isEvent(request) && !isStatus(request) && !isLease(request);
