/** The fields of a VacationApp that the demo reads. */
export interface SampleApp {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly generation?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly image?: string;
    readonly web?: { readonly ready?: number };
    readonly conditions?: readonly Condition[];
  };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

/** The conditions that gate Ready, in the order in which they come true. */
const STEPS = ['CredentialsReady', 'DatabaseReady', 'SchemaReady', 'WebReady', 'Ready'];

/** Describes what the app waits for. Undefined if its current generation is ready. */
export function waitingFor({ metadata, status }: SampleApp): string | undefined {
  const conditions = status?.conditions ?? [];
  const isCurrent = status?.observedGeneration === metadata.generation;
  if (!isCurrent) return 'the operator has not reported a status yet';
  const pending = STEPS.map(
    (type) => conditions.find((condition) => condition.type === type) ?? { type, status: 'Unknown' },
  );
  const first = pending.find(({ status: value }) => value !== 'True');
  if (first === undefined) return undefined;
  const reached = pending.filter(({ status: value }) => value === 'True').map(({ type }) => type);
  const details = first.message ?? first.reason ?? first.status;
  return `${reached.length > 0 ? `${reached.join(', ')} · ` : ''}${first.type}: ${details}`;
}

/** Why the app is stalled. Undefined if it is not. */
export function stalled({ status }: SampleApp): string | undefined {
  const condition = status?.conditions?.find(({ type, status: value }) => type === 'Stalled' && value === 'True');
  return condition === undefined ? undefined : `${condition.reason ?? ''}: ${condition.message ?? ''}`;
}
