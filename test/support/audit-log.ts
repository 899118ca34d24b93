import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

interface AuditEvent {
  readonly verb: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource: string; readonly subresource?: string; readonly name?: string };
  readonly requestObject?: { readonly spec?: { readonly replicas?: number } };
}

const OPERATOR = 'system:serviceaccount:vacation-system:vacation-operator';

/** The operator's writes to `spec.replicas` of a Deployment since a time, as `verb time`, by the API server's audit log. */
export async function writesToReplicas(auditLog: string, deployment: string, since: Date): Promise<string[]> {
  const found: string[] = [];
  for await (const line of createInterface({ input: createReadStream(auditLog) })) {
    const event = JSON.parse(line) as AuditEvent;
    if (writesReplicas(event, deployment) && new Date(event.requestReceivedTimestamp) >= since) {
      found.push(`${event.verb} ${event.requestReceivedTimestamp}`);
    }
  }
  return found;
}

function writesReplicas({ user, objectRef, requestObject }: AuditEvent, deployment: string): boolean {
  if (user.username !== OPERATOR || objectRef?.resource !== 'deployments' || objectRef.name !== deployment)
    return false;
  return objectRef.subresource === 'scale' || requestObject?.spec?.replicas !== undefined;
}
