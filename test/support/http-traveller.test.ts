import { expect } from 'chai';
import { hiddenFieldsOf } from './http-traveller.ts';

describe('the hidden fields of a page', () => {
  it('are those of the form with the button named submit, entities decoded', () => {
    const page = `
      <form action="/logout"><input type="hidden" name="_csrf" value="of-the-navigation"><button name="logout"></button></form>
      <main><form method="post"><input type="hidden" name="_csrf" value="a&amp;b&#61;&#34;c">
      <input name="age"><button id="submit" name="submit">Book</button></form></main>`;
    expect(hiddenFieldsOf(page)).to.deep.equal({ _csrf: 'a&b="c' });
  });

  it('are none where there is no such form', () => {
    expect(hiddenFieldsOf('<form><input type="hidden" name="a" value="b"></form>')).to.deep.equal({});
  });
});
