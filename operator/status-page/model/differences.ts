import type { VacationApp } from '../../api/vacation-app.ts';
import { differences, readable, type Difference } from '../../runtime/apply/owned-fields.ts';
import type { KubeObject } from '../../runtime/client/kinds.ts';
import { owned } from '../../vacation-app/children/ownership.ts';
import type { Desired } from '../../vacation-app/children/child.ts';
import { JOB } from '../../vacation-app/kinds.ts';
import { FIELD_MANAGER } from '../../vacation-app/names.ts';
import type { Plan } from '../../vacation-app/plan.ts';

/** A place where what is declared and what is observed differ. */
export interface DifferenceRow {
  /** `Kind/name`. */
  readonly object: string;
  readonly field: string;
  readonly declared: string;
  readonly observed: string;
}

/**
 * The fields whose values are shown: numbers, sizes, images and types. Of all other fields only the name is shown, because a value may come
 * from an environment variable, an annotation or a configuration.
 */
const SHOWN =
  /^spec\.((min|max)?[rR]eplicas|type|minAvailable|maxUnavailable|ports\[[^\]]*\]\.(port|nodePort|targetPort)|resources\.requests\.storage|template\.spec\.(containers|initContainers)\[[^\]]*\]\.(image|imagePullPolicy|resources(\..*)?))$/;

const NOT_SHOWN = 'not shown';

/** Where the app and its children are not yet, or no longer, as declared. */
export function differenceRows(plan: Plan, live: readonly KubeObject[]): DifferenceRow[] {
  const { app, desired } = plan;
  return [
    ...ofApp(app),
    ...sizesOf(plan),
    ...missing(desired, live),
    ...desired.flatMap((child) => ofChild(child, app, live)),
  ];
}

const liveOf = ({ kind, object }: Desired, live: readonly KubeObject[]): KubeObject | undefined =>
  live.find((one) => one.kind === kind.kind && one.metadata.name === object.metadata.name);

/** One row for all. The tree of children names each, and what it waits for. */
function missing(desired: readonly Desired[], live: readonly KubeObject[]): DifferenceRow[] {
  const count = desired.filter((child) => child.kind !== JOB && !liveOf(child, live)).length;
  const object = count === 1 ? '1 child' : `${count} children`;
  return count === 0 ? [] : [{ object, field: 'the whole object', declared: 'there', observed: 'not there' }];
}

function ofApp({ metadata, status }: VacationApp): DifferenceRow[] {
  const { generation = 0 } = metadata;
  const observed = status?.observedGeneration ?? -1;
  if (observed === generation) return [];
  const text = observed < 0 ? 'nothing reported yet' : `generation ${observed}`;
  return [
    { object: `VacationApp/${metadata.name}`, field: 'spec', declared: `generation ${generation}`, observed: text },
  ];
}

function sizesOf({ observed: { deployment, statefulSet, volumeClaim } }: Plan): DifferenceRow[] {
  const pods = (object: string, name: string | undefined, declared = 0, ready = 0): DifferenceRow[] =>
    declared === ready
      ? []
      : [
          {
            object: `${object}/${name ?? ''}`,
            field: 'ready pods',
            declared: String(declared),
            observed: String(ready),
          },
        ];
  const wanted = volumeClaim?.spec?.resources?.requests?.storage;
  const size = volumeClaim?.status?.capacity?.storage;
  const claim = `PersistentVolumeClaim/${volumeClaim?.metadata?.name ?? ''}`;
  return [
    ...pods('Deployment', deployment?.metadata?.name, deployment?.spec?.replicas, deployment?.status?.readyReplicas),
    ...pods(
      'StatefulSet',
      statefulSet?.metadata?.name,
      statefulSet?.spec?.replicas,
      statefulSet?.status?.readyReplicas,
    ),
    ...(wanted === undefined || wanted === size
      ? []
      : [{ object: claim, field: 'size', declared: wanted, observed: size ?? 'none yet' }]),
  ];
}

/** Jobs cannot change, so a Job is either there or not. The tree of children tells which. */
function ofChild(child: Desired, app: VacationApp, live: readonly KubeObject[]): DifferenceRow[] {
  const { kind, object } = child;
  const found = liveOf(child, live);
  if (kind === JOB || !found) return [];
  const name = `${kind.kind}/${object.metadata.name}`;
  const wanted = owned(object, app);
  return differences(wanted, found, FIELD_MANAGER).map((difference) => rowOf(name, difference, wanted, found));
}

function rowOf(object: string, { path, what }: Difference, wanted: KubeObject, live: KubeObject): DifferenceRow {
  const field = readable(path);
  if (what === 'ownership') return { object, field, declared: 'set by the operator', observed: 'set by somebody else' };
  if (!SHOWN.test(field)) return { object, field, declared: NOT_SHOWN, observed: `differs, ${NOT_SHOWN}` };
  return { object, field, declared: textOf(valueAt(wanted, path)), observed: textOf(valueAt(live, path)) };
}

/** The value at a path of `FieldSet`. */
function valueAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, step) => {
    if (step.startsWith('f:')) return (value as Readonly<Record<string, unknown>> | undefined)?.[step.slice(2)];
    if (!step.startsWith('k:') || !Array.isArray(value)) return undefined;
    const keys = Object.entries(JSON.parse(step.slice(2)) as Readonly<Record<string, unknown>>);
    return value.find((item: Readonly<Record<string, unknown>>) => keys.every(([key, wanted]) => item[key] === wanted));
  }, object);
}

function textOf(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
