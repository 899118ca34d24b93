import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ensureCommands } from '../../scripts/cluster/debian.ts';
import { eventually } from '../support/kubectl.ts';
import { blockIn, commandsIn, readReadme } from '../support/readme.ts';
import { type Shell, withShell } from './as-written.ts';
import { ON_A_CLUSTER } from './install.ts';
import { APP, ensureApp, getApp, NAMESPACE, readyApp, world } from './world.ts';

/** The line, stopped after some seconds. Fails if it ends before. */
const forAMoment = (line: string): string =>
  `timeout 5 sh -c '${line.replaceAll("'", `'\\''`)}' && false || test $? -eq 124`;

/** A person reads what a moment later is there. */
const saysInTheEnd = (shell: Shell, command: string, text: string): Promise<string> =>
  eventually(`${command} says ${text}`, 60_000, () => shell(command), (said) => said.includes(text)); // prettier-ignore

/** A command before deletes the Service, and a new one has another node port. */
const answersAtItsUrl = (): Promise<Response> =>
  eventually('the app answers', 60_000, async () => fetch(`${(await getApp()).status?.url ?? ''}/about`), ({ ok }) => ok); // prettier-ignore

describe('what the README says to try next', () => {
  it('works as it stands there, and the app is ready afterwards', async () => {
    await ensureApp();
    const commands = commandsIn(await readReadme(), 'What to try next');
    expect(commands).to.have.length.above(8);
    await ensureCommands('The load loop', { curl: 'curl' });
    await withShell(world().cluster, async (shell) => {
      for (const command of commands) {
        if (command.startsWith('while ')) {
          await answersAtItsUrl();
          await shell(forAMoment(command));
        } else if (command.endsWith(' --watch')) expect(await shell(forAMoment(command)), command).not.to.equal('');
        else if (command.endsWith(' --output wide')) await saysInTheEnd(shell, command, 'CredentialsMissing');
        else expect(await shell(command), command).not.to.equal('');
      }
      await shell(
        `kubectl patch vapp ${APP} --namespace ${NAMESPACE} --type merge --patch '{"spec":{"booking":null}}'`,
      );
    });
    await readyApp();
  });
});

describe('what the README says of a real cluster', () => {
  /** A namespace of its own, so that the app of the other tests is left alone. */
  const OWN = 'tour';
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'readme-'));
  });

  after(async () => {
    await world().kubectl(['delete', 'namespace', OWN, '--ignore-not-found', '--wait=false']);
    await rm(folder, { recursive: true });
  });

  it('pushes the images of both', () => {
    expect(world().pushed).to.deep.equal(['vacation-operator:0.1.0', 'vacation-webapp:0.1.0']);
  });

  it('declares an app that becomes Ready, explains it, and updates it, as it stands there', async () => {
    const readme = await readReadme();
    const section = readme.split(`\n## ${ON_A_CLUSTER}\n`)[1] ?? '';
    const file = join(folder, 'milky-way.yaml');
    await writeFile(file, blockIn(section, 'yaml').replaceAll('travel', OWN));
    const lines = commandsIn(readme, ON_A_CLUSTER);
    const declare = lines.slice(lines.findIndex((line) => line.includes('create namespace')));
    expect(declare).to.have.length.above(4);
    await withShell(world().cluster, async (shell) => {
      for (const line of declare) {
        const said = await shell(line.replaceAll('travel', OWN).replaceAll('milky-way.yaml', file));
        expect(said, line).not.to.equal('');
      }
    });
  });
});
