import type { KubeObject } from '../../runtime/client/kinds.ts';
import { appModel } from '../model/app-model.ts';
import { foreignWords } from '../model/child-model.ts';
import { podModel } from '../model/pod-model.ts';
import { eventsLines } from '../text/events-table.ts';
import { styleOf } from '../text/mark.ts';
import { statusLines } from '../text/status-tree.ts';
import { yamlOf } from '../text/yaml.ts';
import type { LogText, Material } from './material.ts';
import { publicNamesOf } from './known.ts';
import { settingsOf } from './operator-settings.ts';
import { ALWAYS_REDACTED, redact, redactionLines, type Redaction } from './redact.ts';
import { createScrubber, withScrubbedWords } from './scrub.ts';

export interface ReportOptions {
  readonly now: Date;
  /** Of the plugin. */
  readonly version: string;
}

const COLUMNS = 140;

/** The report as one text, in which nothing is left of what `redact` and the scrubber take out. */
export function reportText(material: Material, { now, version }: ReportOptions): string {
  const { world, events, known, gaps, kubernetesVersion, operatorPods } = material;
  const scrubber = createScrubber(known, publicNamesOf(world));
  const redactions: Redaction[] = [];
  const clean = (object: KubeObject): unknown => {
    const redacted = redact(object, (text) => scrubber.text(text));
    redactions.push(...redacted.redactions);
    return redacted.object;
  };
  const documents = (objects: readonly KubeObject[], noteOf?: (object: KubeObject) => string | undefined): string =>
    objects
      .map((object) => {
        const note = noteOf?.(object);
        return `${note === undefined ? '' : `# ${note}\n`}${yamlOf(clean(object))}`;
      })
      .join('---\n');
  const table = { now, style: styleOf(false), isWide: true, hasNamespace: false };

  const body = [
    section(
      'Status',
      statusLines(withScrubbedWords(appModel(world), scrubber), { ...table, columns: COLUMNS })
        .map((line) => scrubber.text(line))
        .join('\n'),
    ),
    section(
      'Events',
      events.length === 0
        ? 'none'
        : eventsLines(withScrubbedWords(events, scrubber), table)
            .map((line) => scrubber.text(line))
            .join('\n'),
    ),
    section('Resource', documents([typed(world.app)])),
    section(
      'Children',
      documents(world.children, (child) => foreignWords(world.app, child)),
    ),
    section('Secrets', secretLines(material.secrets).join('\n')),
    section('Pods', documents(world.pods as readonly KubeObject[])),
    section('Namespace', documents(material.namespaceObjects)),
    section('Cluster', documents(material.clusterObjects)),
    section(
      'Operator',
      operatorLines(material, now)
        .map((line) => scrubber.text(line))
        .join('\n'),
    ),
    ...[...material.operatorLogs, ...material.podLogs].map((log) => logSection(log, (text) => scrubber.text(text))),
  ].map((text) => scrubber.known(text));

  const { metadata } = world.app;
  const texts = [...scrubber.counts].map(
    ([what, count]) => `Texts and logs: ${what}, ${count} ${count === 1 ? 'time' : 'times'}`,
  );
  const head = [
    `# Report of VacationApp ${metadata.namespace ?? ''}/${metadata.name}`,
    '',
    `Made at ${now.toISOString()} by kubectl-vacation ${version}.`,
    `Kubernetes ${kubernetesVersion}. Operator: ${imagesOf(operatorPods) || 'no pod was found'}.`,
    '',
    'Read it before you pass it on. It holds names: of objects, namespaces, hosts, nodes, images and addresses.',
    '',
    section(
      'Redacted',
      [...ALWAYS_REDACTED, ...redactionLines(redactions), ...texts].map((line) => `- ${line}`).join('\n'),
    ),
    ...(gaps.length === 0 ? [] : [section('Not looked at', gaps.map((line) => `- ${scrubber.text(line)}`).join('\n'))]),
  ];
  return `${[...head, ...body].join('\n').trimEnd()}\n`;
}

const section = (title: string, text: string): string => `## ${title}\n\n${text.trimEnd() || 'none'}\n`;

const logSection = ({ title, text }: LogText, words: (text: string) => string): string =>
  section(
    `Log of ${title}`,
    words(text)
      .split('\n')
      .map((line) => `    ${line}`)
      .join('\n'),
  );

/** The names of their keys, and sizes. */
const secretLines = (secrets: Material['secrets']): string[] =>
  secrets.map(({ name, secret }) => {
    if (secret === undefined) return `${name}: is not there, or may not be read`;
    const keys = Object.entries(secret.data ?? {}).map(
      ([key, value]) => `${key} (${Buffer.from(value, 'base64').length} bytes)`,
    );
    return `${name}: ${secret.type ?? ''} ${keys.join(', ')}`;
  });

const imagesOf = (pods: Material['operatorPods']): string =>
  [...new Set(pods.flatMap(({ spec }) => spec?.containers.map(({ image }) => image ?? '') ?? []))].join(', ');

function operatorLines({ operatorPods }: Material, now: Date): string[] {
  return operatorPods
    .flatMap((pod) => {
      const { name, state, ready, restarts, node = '', words = '' } = podModel(pod, 'operator');
      const age =
        pod.metadata?.creationTimestamp === undefined ? '' : `, made at ${String(pod.metadata.creationTimestamp)}`;
      return [
        `Pod/${name}: ${state} ${ready}, ${restarts} restarts, on ${node}${age}. ${words}`.trimEnd(),
        ...settingsOf(pod).map((setting) => `  ${setting}`),
      ];
    })
    .concat([`The time of this machine: ${now.toISOString()}`]);
}

/** A single object, unlike those of a list, names its kind. */
const typed = (app: KubeObject): KubeObject => ({ ...app, kind: app.kind ?? 'VacationApp' });
