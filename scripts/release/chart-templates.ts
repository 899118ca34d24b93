/** A template of the chart that says what a file of the kustomization says. */
export interface TemplateSource {
  readonly template: string;
  readonly source: string;
  /** What stands before and after it in the template: when, and how often, it is rendered. */
  readonly around?: readonly [string, string];
  /** Annotations of its objects, as lines of YAML. */
  readonly annotations?: string;
}

/** All templates but the Deployment, which has most of the values and is written by hand. */
export const TEMPLATES: readonly TemplateSource[] = [
  {
    template: 'crd.yaml',
    source: 'crds/vacationapps.interstellar.dev.yaml',
    around: ['{{- if .Values.crds.enabled }}', '{{- end }}'],
    annotations: `  {{- if .Values.crds.keep }}
  annotations:
    helm.sh/resource-policy: keep
  {{- end }}
`,
  },
  { template: 'cluster-role.yaml', source: 'config/rbac/cluster-role.yaml' },
  {
    template: 'cluster-role-binding.yaml',
    source: 'config/rbac/cluster-role-binding.yaml',
    around: ['{{- if not .Values.watchNamespaces }}', '{{- end }}'],
  },
  {
    template: 'role-binding.yaml',
    source: 'config/namespaced/role-binding.yaml',
    around: ['{{- range $namespace := .Values.watchNamespaces }}\n---', '{{- end }}'],
  },
  { template: 'leader-election-role.yaml', source: 'config/rbac/leader-election-role.yaml' },
  {
    template: 'status-page-role.yaml',
    source: 'config/rbac/status-page-role.yaml',
    around: ['{{- if not .Values.watchNamespaces }}', '{{- end }}'],
  },
  {
    template: 'aggregated-roles.yaml',
    source: 'config/rbac/aggregated-roles.yaml',
    around: ['{{- if .Values.aggregatedRoles.enabled }}', '{{- end }}'],
  },
  { template: 'service-account.yaml', source: 'config/manager/service-account.yaml' },
  { template: 'disruption-budget.yaml', source: 'config/manager/disruption-budget.yaml' },
  { template: 'status-page-service.yaml', source: 'config/manager/status-page-service.yaml' },
  { template: 'network-policy.yaml', source: 'config/manager/network-policy.yaml' },
];

const NAME = '{{ include "vacation-operator.fullname" $ }}';
const LABELS = '    {{- include "vacation-operator.labels" $ | nindent 4 }}\n';

/** The template of a manifest: names, namespaces and labels become those of the release, all else stays as it is. */
export function templateOf({ source, around, annotations = '' }: TemplateSource, manifest: string): string {
  if (manifest.includes('{{')) throw new Error(`${source} holds "{{", which Helm would read`);
  const named = manifest
    .replaceAll(/^(\s+namespace): vacation-system$/gm, '$1: {{ $.Release.Namespace | quote }}')
    .replaceAll(/^(\s+namespace): travel$/gm, '$1: {{ $namespace | quote }}')
    .replaceAll(/^(\s+(?:- )?(?:name|interstellar\.dev\/operator)): vacation-operator(-[a-z-]+)?$/gm, `$1: ${NAME}$2`)
    .replaceAll('[vacation-operator]', `[${NAME}]`);
  const body = named
    .split(/^---$/m)
    .map((document) => withLabels(document, annotations))
    .join('---');
  const [before, after] = around ?? [];
  const lines = [`{{- /* Written by npm run chart from ${source}. */ -}}`, before, body.trimEnd(), after];
  return `${lines.filter((line) => line !== undefined).join('\n')}\n`;
}

/** The labels of the release take the place of those that config/default sets. */
function withLabels(document: string, annotations: string): string {
  const [metadata] = /^metadata:\n(?: {2,}.*\n)+/m.exec(document) ?? [];
  if (metadata === undefined) throw new Error(`there is no metadata in: ${document}`);
  const own = metadata.replaceAll(/^ {4}app\.kubernetes\.io\/(?:name|version): .*\n/gm, '');
  const labelled = own.includes('\n  labels:\n')
    ? own.replace('\n  labels:\n', `\n  labels:\n${LABELS}`)
    : `${own}  labels:\n${LABELS}`;
  return document.replace(metadata, () => `${labelled}${annotations}`);
}
