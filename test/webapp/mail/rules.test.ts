import { expect } from 'chai';
import { nextAttempt, verdictOf, waitSeconds } from '../../../webapp/mail/rules.ts';

describe('A mail that could not be sent', () => {
  it('is given up only for what the server says of it', () => {
    const rows = [
      ['EENVELOPE', 'RCPT TO', 550, 'refused'],
      ['EMESSAGE', 'DATA', 554, 'refused'],
      ['EENVELOPE', 'RCPT TO', 451, 'later'],
      ['EMESSAGE', 'DATA', 452, 'later'],
      ['EENVELOPE', 'MAIL FROM', 550, 'server'],
      ['EAUTH', 'AUTH PLAIN', 535, 'server'],
      ['EPROTOCOL', 'CONN', 554, 'server'],
      ['EENVELOPE', 'RCPT TO', 421, 'server'],
      ['ESOCKET', 'CONN', undefined, 'server'],
      ['ETLS', 'STARTTLS', undefined, 'server'],
      ['EABORT', '', undefined, 'server'],
      ['EENVELOPE', 'API', undefined, 'refused'],
      ['unknown', '', undefined, 'refused'],
    ] as const;
    for (const [code, command, reply, verdict] of rows) {
      expect(verdictOf({ code, command, reply }), `${code} ${command} ${reply}`).to.equal(verdict);
    }
  });

  it('waits twice as long each time, and not all pods equally long', () => {
    expect([1, 2, 3, 4].map((attempts) => waitSeconds(attempts, 30, 7200, 0.5))).to.deep.equal([30, 60, 120, 240]);
    expect(waitSeconds(50, 30, 7200, 0.5)).to.equal(7200);
    expect([0, 1].map((chance) => Math.round(waitSeconds(1, 30, 7200, chance)))).to.deep.equal([24, 36]);
  });

  it('is tried until it lapses or was tried often enough', () => {
    const now = new Date('2030-01-01T00:00:00Z');
    const config = { retrySeconds: 30, attempts: 3 };
    const lapsing = (time: string) => new Date(`2030-01-01T${time}Z`);
    const next = (attempts: number, lapsesAt: Date) => nextAttempt({ attempts, lapsesAt }, now, config, 0.5);
    expect(next(2, lapsing('00:05:00'))).to.deep.equal(lapsing('00:01:00'));
    expect(next(3, lapsing('00:05:00'))).to.equal(undefined);
    expect(next(2, lapsing('00:01:00'))).to.equal(undefined);
  });

  it('is tried for a day by default', () => {
    let seconds = 0;
    for (let attempt = 1; attempt < 20; attempt++) seconds += waitSeconds(attempt, 30, 7200, 0);
    expect(seconds / 3600).to.be.greaterThan(18);
  });
});
