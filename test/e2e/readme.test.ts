import { expect } from 'chai';
import { commandsIn, readReadme } from '../support/readme.ts';
import { ensureApp, readyApp, world } from './world.ts';

describe('what the README says to try next', () => {
  it('works as it stands there, and the app is ready afterwards', async () => {
    await ensureApp();
    const commands = commandsIn(await readReadme(), 'What to try next');
    expect(commands).to.have.length(3);
    for (const command of commands) {
      const [program, ...args] = command.split(' ');
      expect(program).to.equal('kubectl');
      expect(await world().kubectl(args), command).not.to.equal('');
    }
    await readyApp();
  });
});
