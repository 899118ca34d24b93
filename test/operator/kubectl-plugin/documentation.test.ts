import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { EXIT_CODES } from '../../../operator/kubectl-plugin/exit-code.ts';
import { usageOf } from '../../../operator/kubectl-plugin/help.ts';
import { createProgram } from '../../../operator/kubectl-plugin/program.ts';
import { root } from '../../../scripts/cluster/paths.ts';
import { contextOf, FakeCluster, runVacation } from '../../support/fake-cluster.ts';

const page = readFileSync(join(root, 'docs', 'kubectl-plugin.md'), 'utf8');
const program = createProgram(contextOf(new FakeCluster()));

/** The first two cells of each row of the tables under a heading. */
function rowsOf(heading: string): string[][] {
  const [, section = ''] = page.split(new RegExp(`^#+ ${heading}\\n`, 'm'));
  const [own = ''] = section.split(/^#/m);
  return [...own.matchAll(/^\| (?!-|option|verb|code)(.*?) +\| (.*?) +\|$/gm)].map(([, first = '', second = '']) => [
    first,
    second,
  ]);
}

const flagsOf = (command: Command): string[] =>
  command.options
    .map(({ flags }) => `\`${flags.replaceAll(/[<>]/g, '')}\``)
    .filter((flags) => !flags.includes('--version'));

describe('docs/kubectl-plugin.md', () => {
  it('lists the verbs with what their help says', () => {
    const verbs = program.commands.map((verb) => [
      `\`${usageOf(verb).replace('kubectl vacation ', '').replace(' [options]', '')}\``,
      verb.summary(),
    ]);
    expect(rowsOf('Verbs').filter(([first]) => !first?.startsWith('`-'))).to.deep.equal(verbs);
  });

  it('lists the options that every verb takes', () => {
    expect(rowsOf('Verbs').flatMap(([first = '']) => (first.startsWith('`-') ? [first] : []))).to.deep.equal(
      flagsOf(program),
    );
  });

  for (const verb of program.commands) {
    it(`lists the options of ${verb.name()}`, () => {
      const heading =
        page
          .match(/^### .*$/gm)
          ?.find((line) => line.split(/[ ,]+/).includes(verb.name()))
          ?.slice(4) ?? '';
      expect(heading).not.to.equal('');
      expect(rowsOf(heading).map(([first]) => first)).to.include.members(flagsOf(verb));
    });
  }

  it('lists no option that no verb has', () => {
    const known = [program, ...program.commands].flatMap(flagsOf);
    const listed = [...page.matchAll(/^\| (`-[^`]*`) /gm)].map(([, first]) => first);
    expect(known).to.include.members(listed);
  });

  it('has the exit codes as the plugin has them', () => {
    expect(rowsOf('Exit codes')).to.deep.equal(
      Object.values(EXIT_CODES).map(({ code, meaning }) => [String(code), meaning]),
    );
  });
});

describe('the help of a verb', () => {
  for (const verb of program.commands) {
    it(`has the parts of kubectl's for ${verb.name()}`, async () => {
      const { code, out } = await runVacation(new FakeCluster(), [verb.name(), '--help']);
      expect(code).to.equal(0);
      const order = ['\nExamples:\n  # ', '\nOptions:\n', '\nGlobal Options:\n', `\nUsage:\n  ${usageOf(verb)}\n`].map(
        (part) => out.indexOf(part),
      );
      expect(order).to.deep.equal(order.toSorted((a, b) => a - b));
      expect(
        order.every((at) => at > 0),
        out,
      ).to.equal(true);
    });
  }

  it('is shown where no verb is given, and names them all', async () => {
    const { code, out } = await runVacation(new FakeCluster(), []);
    expect(code).to.equal(0);
    for (const verb of program.commands) expect(out).to.contain(`  ${verb.name()} `);
    expect(out).not.to.contain('__complete');
  });
});
