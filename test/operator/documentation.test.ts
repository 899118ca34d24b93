import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANNOTATION, CONDITION } from '../../operator/api/vacation-app.ts';
import { createRuntimeMetrics } from '../../operator/runtime/telemetry/metrics.ts';
import { credentialKeysOf } from '../../operator/vacation-app/credentials/credentials.ts';
import { CA_KEY, CONTENT, FACT, FIELD_MANAGER, HANDOVER_MANAGER, LABEL } from '../../operator/vacation-app/names.ts';
import {
  EXTERNAL_KEYS,
  EXTERNAL_MIGRATION_KEYS,
} from '../../operator/vacation-app/database/external/external-secrets.ts';
import { root } from '../../scripts/cluster/paths.ts';
import { aCompleteApp } from '../support/vacation-app.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const REFERENCE = 'docs/reference-operator.md';

const sectionOf = (page: string, heading: string): string =>
  read(page)
    .split(/^## /m)
    .find((part) => part.startsWith(heading)) ?? '';

/** The names in backticks under a heading. */
function told(heading: string, page = REFERENCE): Set<string> {
  const section = sectionOf(page, heading);
  return new Set([...section.matchAll(/`([^`]+)`/g)].flatMap(([, name]) => name ?? []));
}

/** The environment variables that the settings are read from. */
const variables = (): string[] =>
  [...read('operator/config.ts').matchAll(/env\.([A-Z_]+)|(?:integer|oneOf|image)\('([A-Z_]+)'/g)].map(
    ([, plain, checked]) => plain ?? checked ?? '',
  );

describe('the reference of the operator', () => {
  it('has every type of condition', () => {
    expect(told('Conditions', 'docs/operate.md')).to.include.all.keys(...Object.values(CONDITION));
  });

  it('has every annotation, label and field manager', () => {
    const names = [ANNOTATION, FACT, CONTENT, LABEL].flatMap((table) => Object.values(table));
    expect(told('Annotations')).to.include.all.keys(...names, FIELD_MANAGER, HANDOVER_MANAGER);
  });

  it('has every key of the credentials', () => {
    expect(told('The credentials Secret')).to.include.all.keys(
      ...credentialKeysOf(aCompleteApp()),
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
