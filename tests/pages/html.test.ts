import { attributes, foreign, html, visible } from '../../src/pages/html.js';

test('a value is escaped for text and for attributes', () => {
  const value = `<b title='x' class="y">&amp;`;
  expect(String(html`<p title="${value}">${value}</p>`)).toBe(
    '<p title="&lt;b title=&#39;x&#39; class=&quot;y&quot;&gt;&amp;amp;">' +
      '&lt;b title=&#39;x&#39; class=&quot;y&quot;&gt;&amp;amp;</p>',
  );
});

test('a template in a template, alone or in a list, is not escaped again', () => {
  const item = (text: string) => html`<li>${text}</li>`;
  expect(String(html`<ul>${['<', 'b'].map(item)}</ul>`)).toBe('<ul><li>&lt;</li><li>b</li></ul>'); // prettier-ignore
});

test('nothing is written for what is absent, and zero is not', () => {
  expect(String(html`[${undefined}${null}${false}${''}${0}]`)).toBe('[0]');
});

test('an object that only looks like a template is escaped', () => {
  const made = { toString: () => '<script>' } as unknown as string;
  expect(String(html`${made}`)).toBe('&lt;script&gt;');
});

test('an attribute without quotes is a mistake of the template', () => {
  expect(() => html`<p title=${'x onclick=alert(1)'}></p>`).toThrow('an attribute without quotes');
});

test('attributes are escaped, left out when absent, and alone when true', () => {
  expect(String(attributes({ value: '"><', required: true, title: undefined }))).toBe(
    'value="&quot;&gt;&lt;" required',
  );
  expect(() => attributes({ 'x onclick': 'y' })).toThrow('no name of an attribute');
});

test("someone else's text cannot turn the reading order around, nor hide characters", () => {
  expect(visible('Acme\u202Egnp.exe\u0000\u200B\u2066 ')).toBe('Acmegnp.exe');
  expect(visible('two\nlines')).toBe('two\nlines');
  // Joiners that emoji and Persian need.
  expect(visible('👩\u200D💻 می\u200Cخواهم')).toBe('👩\u200D💻 می\u200Cخواهم');
  expect(String(foreign('<\u202E>'))).toBe('<bdi>&lt;&gt;</bdi>');
});
