import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/cluster/paths.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const reference = read('docs/reference-webapp.md');

const sectionOf = (heading: string): string => reference.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
const namesIn = (section: string): string[] => [...section.matchAll(/`([A-Za-z_]+)/g)].map(([, name = '']) => name);

describe('the reference of the booking application', () => {
  const source = read('webapp/config.ts');

  it('has every setting', () => {
    const names = [...source.matchAll(/\bread\.\w+\(\s*'([A-Za-z_]+)'/g)].map(([, name = '']) => name);
    expect(names).to.have.length.above(50);
    expect(namesIn(sectionOf('Settings'))).to.include.members(names);
  });

  it('has the defaults as they are in the sources', () => {
    const defaults = [...source.matchAll(/\bread\.(?:integer|boolean|limit)\('([A-Za-z_]+)', '?([\w/]+)'?/g)];
    expect(defaults).to.have.length.above(40);
    const section = sectionOf('Settings');
    const shown = (name: string) =>
      new RegExp(`^\\| \`${name}\` +\\| +\`?([\\w/]*)`, 'm').exec(section)?.[1] ??
      new RegExp(`\`${name}\` \\((\\w+)\\)`).exec(section)?.[1];
    const wrong = defaults.filter(([, name = '', value]) => shown(name) !== value);
    expect(wrong.map(([, name = '', value]) => `${name}: ${value ?? ''}, not ${shown(name) ?? 'told'}`)).to.deep.equal(
      [],
    );
  });

  it('has every metric', () => {
    const names = [...read('webapp/probes/metrics.ts').matchAll(/\bname: '(\w+)'/g)].map(([, name = '']) => name);
    expect(names).to.have.length.above(8);
    expect(namesIn(sectionOf('Metrics'))).to.include.members(names);
  });
});
