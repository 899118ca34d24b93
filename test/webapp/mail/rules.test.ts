import { expect } from 'chai';
import { nextAttempt, replyOf, verdictOf, waitSeconds } from '../../../webapp/mail/rules.ts';

describe('A mail that could not be sent', () => {
  it('is given up only for what the server says of it', () => {
    const rows = [
      ['EENVELOPE', 'RCPT TO', '550 no such user', 'refused'],
      ['EENVELOPE', 'RCPT TO', '550 5.1.1 no such user', 'refused'],
      ['EENVELOPE', 'RCPT TO', '550-5.1.1 no such user', 'refused'],
      ['EENVELOPE', 'RCPT TO', '552 5.2.2 mailbox full', 'refused'],
      ['EENVELOPE', 'RCPT TO', '550 5.4.1 recipient address rejected', 'refused'],
      ['EENVELOPE', 'RCPT TO', '553 5.6.7 needs SMTPUTF8', 'refused'],
      ['EMESSAGE', 'DATA', '550 5.1.1 no such user', 'refused'],
      ['EMESSAGE', 'DATA', '552 5.3.4 too big', 'refused'],
      ['EMESSAGE', 'DATA', '554 5.6.0 malformed', 'refused'],
      ['EENVELOPE', 'RCPT TO', '451 come again', 'later'],
      ['EMESSAGE', 'DATA', '452 come again', 'later'],
      ['EMESSAGE', 'DATA', '554 Message rejected: Email address is not verified', 'later'],
      ['EMESSAGE', 'DATA', '554 5.7.0 The limit on the number of allowed outgoing messages was exceeded', 'later'],
      ['EMESSAGE', 'DATA', '550 5.7.26 sender not authenticated', 'later'],
      ['EENVELOPE', 'RCPT TO', '554 5.7.1 relay access denied', 'later'],
      ['EENVELOPE', 'RCPT TO', '550 5.1.8 domain of sender not found', 'later'],
      ['EMESSAGE', 'DATA', '550 5.4.5 daily sending limit exceeded', 'server'],
      ['EENVELOPE', 'RCPT TO', '550 5.4.5 daily sending limit exceeded', 'server'],
      ['EMESSAGE', 'DATA', '554 5.3.0 out of service', 'server'],
      ['EENVELOPE', 'MAIL FROM', '550 5.1.1 sender', 'server'],
      ['EENVELOPE', 'MAIL FROM', '550 sender', 'server'],
      ['EAUTH', 'AUTH PLAIN', '535 5.7.8 wrong', 'server'],
      ['EPROTOCOL', 'CONN', '554 go away', 'server'],
      ['EENVELOPE', 'RCPT TO', '421 closing', 'server'],
      ['EENVELOPE', 'DATA', '503 no valid recipients', 'server'],
      ['ESOCKET', 'CONN', '', 'server'],
      ['ETLS', 'STARTTLS', '', 'server'],
      ['EABORT', '', '', 'server'],
      ['EENVELOPE', 'API', '', 'refused'],
      ['unknown', '', '', 'refused'],
    ] as const;
    for (const [code, command, response, verdict] of rows) {
      expect(verdictOf({ code, command, reply: replyOf(response) }), `${command} ${response || code}`).to.equal(
        verdict,
      );
    }
  });

  it('is known by the reply code, and by the enhanced code where there is one', () => {
    expect(replyOf('550-5.4.5 Daily')).to.deep.equal({ code: 550, status: '5.4.5' });
    expect(replyOf('554 Message 5.1.1')).to.deep.equal({ code: 554, status: undefined });
    expect(replyOf('')).to.equal(undefined);
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
