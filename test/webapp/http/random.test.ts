import { expect } from 'chai';
import { randomPart } from '../../../webapp/http/random.ts';

describe('Random bytes', () => {
  it('are given out once, also when the pool is filled anew, and stay what they were', () => {
    const parts = Array.from({ length: 1000 }, (_, index) => randomPart(index % 2 ? 18 : 32));
    const texts = parts.map((part) => part.toString('hex'));
    expect(new Set(texts).size).to.equal(parts.length);
    expect(parts.map((part) => part.length).slice(0, 2)).to.deep.equal([32, 18]);
    for (let more = 0; more < 1000; more++) randomPart(32);
    expect(parts.map((part) => part.toString('hex'))).to.deep.equal(texts);
    expect(texts.filter((text) => /^0+$/.test(text))).to.deep.equal([]);
  });
});
