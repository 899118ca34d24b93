import { expect } from 'chai';
import { letterOf } from '../../../webapp/mail/letter.ts';

const FROM = { name: 'Star Trips', address: 'trips@stars.example' };
const TO = { name: 'Zoë', address: 'zoe@example.com' };
const CONTENT = { subject: 'Booked', text: 'One.\n\nTwo.' };

describe('A letter', () => {
  it('greets its recipient, says its text, and tells who writes and where they are', () => {
    const letter = letterOf(CONTENT, { id: 'abc', from: FROM, to: TO, publicUrl: 'https://stars.example' });
    expect(letter).to.deep.equal({
      messageId: '<abc@stars.example>',
      from: FROM,
      to: TO,
      subject: 'Booked',
      text: 'Dear Zoë,\n\nOne.\n\nTwo.\n\nStar Trips\nhttps://stars.example/\n',
    });
  });

  it('lets no name and no subject begin another line', () => {
    const to = { name: 'Zoë\r\nBcc: x\u2028', address: 'zoe@example.com\r\nDATA' };
    const envelope = { id: 'abc', from: FROM, to, publicUrl: 'https://stars.example' };
    const letter = letterOf({ ...CONTENT, subject: 'Hi\n\nBuy this' }, envelope);
    expect([letter.to, letter.subject]).to.deep.equal([
      { name: 'Zoë Bcc: x', address: 'zoe@example.com DATA' },
      'Hi Buy this',
    ]);
    expect(letter.text.split('\n')[0]).to.equal('Dear Zoë Bcc: x,');
  });

  it('names no domain but in ASCII in its id, which strict servers insist on', () => {
    const from = { ...FROM, address: 'trips@bücher.example' };
    const { messageId } = letterOf(CONTENT, { id: 'abc', from, to: TO, publicUrl: 'https://stars.example' });
    expect(messageId).to.equal('<abc@xn--bcher-kva.example>');
  });

  it('carries no name that is an advertisement, neither in its text nor in its head', () => {
    const to = { ...TO, name: 'WIN 900 https://evil.example' };
    const letter = letterOf(CONTENT, { id: 'abc', from: FROM, to, publicUrl: 'https://stars.example' });
    expect(letter.text).to.match(/^Hello,\n/);
    expect(letter.to).to.deep.equal({ name: '', address: TO.address });
  });

  it('has the same id at each attempt', () => {
    const envelope = { id: 'abc', from: FROM, to: TO, publicUrl: 'https://stars.example' };
    expect(letterOf(CONTENT, envelope).messageId).to.equal(letterOf(CONTENT, envelope).messageId);
  });

  it('is friendly to somebody without a name, from somebody without one', () => {
    const nameless = { id: 'abc', from: { ...FROM, name: '' }, to: { ...TO, name: '' }, publicUrl: 'http://x' };
    expect(letterOf(CONTENT, nameless).text).to.equal('Hello,\n\nOne.\n\nTwo.\n\nInterstellar Vacations\nhttp://x/\n');
  });
});
