import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANNOTATION, CONDITION, REASON } from '../../operator/api/vacation-app.ts';
import { createRuntimeMetrics } from '../../operator/runtime/telemetry/metrics.ts';
import { CREDENTIAL_KEYS } from '../../operator/vacation-app/credentials/credentials.ts';
import { CA_KEY, CONTENT, FACT, FIELD_MANAGER, HANDOVER_MANAGER, LABEL } from '../../operator/vacation-app/names.ts';
import { EXTERNAL_KEYS, EXTERNAL_MIGRATION_KEYS } from '../../operator/vacation-app/credentials/own-secrets.ts';
import { root } from '../../scripts/cluster/paths.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const reference = read('docs/operator.md');

/** The names in backticks under a heading. */
function told(heading: string): Set<string> {
  const section = reference.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return new Set([...section.matchAll(/`([^`]+)`/g)].flatMap(([, name]) => name ?? []));
}

/** The environment variables that the settings are read from. */
const variables = (): string[] =>
  [...read('operator/config.ts').matchAll(/env\.([A-Z_]+)|(?:integer|oneOf|image)\('([A-Z_]+)'/g)].map(
    ([, plain, checked]) => plain ?? checked ?? '',
  );

describe('the reference of the operator', () => {
  it('has every type of condition and every reason', () => {
    expect(told('Conditions')).to.include.all.keys(...Object.values(CONDITION), ...Object.values(REASON));
  });

  it('has every reason of an event', () => {
    const source = read('operator/vacation-app/status/events.ts') + read('operator/vacation-app/status/drift.ts');
    const normal = [...source.matchAll(/reason: '(\w+)'|, '(\w+)'\],/g)].map(([, one, other]) => one ?? other ?? '');
    const warnings = Object.entries(REASON).flatMap(([key, value]) =>
      source.includes(`REASON.${key},`) ? [value] : [],
    );
    expect(normal).to.have.length(6);
    expect(warnings).to.have.length.above(5);
    expect(told('Events')).to.include.all.keys(...normal, ...warnings);
  });

  it('has every annotation, label and field manager', () => {
    const names = [ANNOTATION, FACT, CONTENT, LABEL].flatMap((table) => Object.values(table));
    expect(told('Annotations')).to.include.all.keys(...names, FIELD_MANAGER, HANDOVER_MANAGER);
  });

  it('has every key of the credentials', () => {
    expect(told('The credentials Secret')).to.include.all.keys(
      ...CREDENTIAL_KEYS,
      ...EXTERNAL_MIGRATION_KEYS,
      ...EXTERNAL_KEYS,
      'secret_key_previous',
      CA_KEY,
    );
  });

  it('has every environment variable', () => {
    const names = variables();
    expect(names).to.have.length.above(9);
    expect(told('Settings')).to.include.all.keys(...names, 'KUBECONFIG');
  });

  it('has every metric', async () => {
    const metrics = createRuntimeMetrics('vacationapp');
    metrics.queue('q', () => undefined);
    metrics.leader(
      'l',
      () => true,
      () => 0,
    );
    metrics.watch(() => []);
    metrics.conditions('c', () => []);
    metrics.contested('c', () => 0);
    metrics.namespaces(() => []);
    const names = (await metrics.registry.getMetricsAsJSON()).map(({ name }) => name);
    const own = names.filter((name) => !/^(process|nodejs)_/.test(name));
    expect(own).to.have.length.above(8);
    expect(told('Metrics')).to.include.all.keys(...own);
  });
});
