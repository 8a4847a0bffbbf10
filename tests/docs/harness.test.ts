// What makes curl.test.ts worth its name: nothing on the page can be passed over, and nothing wrong can pass.

import { parsePage } from './page.js';
import { runBlocks } from './run-blocks.js';
import { Shapes } from './shapes.js';

const TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g;

test.each([
  ['another language', '```bash\ntrue\n```\n'],
  ['words after the language', '```sh title\ntrue\n```\n'],
  ['an indented fence', '1. one\n   ```sh\n   true\n   ```\n'],
  ['tildes', '~~~sh\ntrue\n~~~\n'],
  ['no end', '```sh\ntrue\n'],
  ['an end that the next block lends', '```sh\ntrue\n\n```json\n{}\n```\n'],
  ['an answer to nothing', '```json\n{}\n```\n'],
  ['an answer under another heading', '```sh\ntrue\n```\n\n# Next\n\n```json\n{}\n```\n'],
  ['two answers to one block', '```sh\ntrue\n```\n\n```json\n{}\n```\n\n```json\n{}\n```\n'],
])('a block with %s is an error, not a block less', (_what, markdown) => {
  expect(() => parsePage(markdown)).toThrow(/^line \d+ of the page: /);
});

test.each([
  ['a command that fails', 'false', 1],
  ['a command that fails in a pipe', 'false | cat', 1],
  ['a command that fails in an assignment', 'A=$(false)', 1],
  ['a variable that is not set', 'echo "$NOT_SET"', 1],
  ['a server that is not there', 'curl -sS http://127.0.0.1:9/', 7],
])('%s fails its block, and those below are not run', async (_what, code, exitCode) => {
  const runs = await runBlocks(['echo one', code, 'echo three']);
  expect(runs.map((run) => run.exitCode)).toEqual([0, exitCode, null]);
  expect(runs.map((run) => run.output)).toEqual(['one\n', '', '']);
});

test('a block sees the variables of those before it', async () => {
  const runs = await runBlocks(["A='one two'", 'printf %s "$A"']);
  expect(runs[1]).toEqual({ exitCode: 0, output: 'one two', statuses: '' });
});

test('what is not bash is an error', async () => {
  await expect(runBlocks(['echo one', 'if'])).rejects.toThrow('bash could not run the page');
});

const GRANT =
  '{"id":"cgr_aaaaaaaaaaaaaaaa","date":"2026-01-01T00:00:00.000Z","access_token":"eyJh.eyJp.c-_g"}';
const OTHER = '{"id":"cgr_bbbbbbbbbbbbbbbb","date":"2027-02-02T11:11:11.111Z","access_token":"eyJx.eyJy.z"}';

test('answers that differ in ids, dates and tokens only are the same', () => {
  const [one, two] = [new Shapes('http://127.0.0.1:1', TOKEN), new Shapes('http://127.0.0.1:2', TOKEN)];
  expect(one.name(GRANT)).toBe(two.name(OTHER));
  expect(one.name('http://127.0.0.1:1/ 127.0.0.1:1')).toBe(two.name('http://127.0.0.1:2/ 127.0.0.1:2'));
});

test.each([
  ['an id of another kind', 'cgr_aaaaaaaaaaaaaaaa', 'org_aaaaaaaaaaaaaaaa'],
  ['an id that is too short', 'cgr_aaaaaaaaaaaaaaaa', 'cgr_aaaaaaaaaaaaaaa'],
  ['a date without milliseconds', '00.000Z', '00Z'],
  ['a token without signature', '.c-_g', ''],
])('%s is noticed', (_what, part, wrong) => {
  const name = (text: string): string => new Shapes('http://127.0.0.1:1', TOKEN).name(text);
  expect(name(GRANT.replace(part, wrong))).not.toBe(name(GRANT));
});

test('an answer about another object than before is noticed', () => {
  const [one, two] = [new Shapes('http://127.0.0.1:1', TOKEN), new Shapes('http://127.0.0.1:2', TOKEN)];
  expect(one.name(GRANT)).toBe(two.name(GRANT));
  expect(one.name(GRANT)).not.toBe(two.name(OTHER));
});
