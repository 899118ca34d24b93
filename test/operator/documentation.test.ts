import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isWarning, REASONS, stallsLater } from '../../operator/api/reasons.ts';
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
const reference = read('docs/operator.md');

const sectionOf = (heading: string): string => reference.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';

/** The cells of the last table under a heading whose first column has that title. */
function rowsBelow(heading: string, column: string): string[][] {
  const [, table = ''] = sectionOf(heading).split(new RegExp(`^\\| ${column} .*\\n\\|[- |]+\\n`, 'm'));
  const [rows = ''] = table.split('\n\n');
  return rows
    .trim()
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** The names in backticks under a heading. */
function told(heading: string): Set<string> {
  const section = sectionOf(heading);
  return new Set([...section.matchAll(/`([^`]+)`/g)].flatMap(([, name]) => name ?? []));
}

/** The environment variables that the settings are read from. */
const variables = (): string[] =>
  [...read('operator/config.ts').matchAll(/env\.([A-Z_]+)|(?:integer|oneOf|image)\('([A-Z_]+)'/g)].map(
    ([, plain, checked]) => plain ?? checked ?? '',
  );

describe('the reference of the operator', () => {
  it('has every type of condition', () => {
    expect(told('Conditions')).to.include.all.keys(...Object.values(CONDITION));
  });

  it('has the table of reasons as the operator has it', () => {
    const rows = Object.entries(REASONS).flatMap(([name, reason]) => {
      if (reason.kind === 'event') return [];
      const later = 'stalledAfter' in reason ? `, stalled after ${reason.stalledAfter}` : '';
      const kind = reason.kind === 'stalled' ? `stalled, ${reason.after}` : `${reason.kind}${later}`;
      return [[`\`${name}\``, reason.of.map((type) => `\`${type}\``).join(', '), kind, reason.meaning]];
    });
    expect(rowsBelow('Conditions', 'reason')).to.deep.equal(rows);
  });

  it('has the table of events as the operator has it', () => {
    const normal = Object.entries(REASONS).flatMap(([name, { kind, meaning }]) =>
      kind === 'event' ? [['Normal', `\`${name}\``, meaning]] : [],
    );
    const warnings = Object.keys(REASONS).filter(isWarning);
    const late = Object.keys(REASONS).filter((name) => stallsLater(name) && !isWarning(name));
    const ofReady = warnings.filter((name) => name !== 'FieldContested').sort();
    expect(rowsBelow('Events', 'type')).to.deep.equal([
      ...normal,
      ['Warning', '`FieldContested`', 'it became the reason of `Reconciling`'],
      [
        'Warning',
        ofReady.map((name) => `\`${name}\``).join(', '),
        "it became the reason of `Ready`; the message is the condition's",
      ],
      ['Warning', late.map((name) => `\`${name}\``).join(', '), 'it became the reason of `Stalled`'],
    ]);
    expect(warnings).to.include('FieldContested');
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
