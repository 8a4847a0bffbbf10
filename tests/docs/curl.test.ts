// docs/curl.md is run as it stands: every shell block, in order, in one bash, against a server of its own.
//
// Which example of the platform's pages a block mirrors (auth0/docs-v2, main/docs/get-started/, read at commits 05c1e7e and
// 5da861c; block numbers as in the table below):
//
//   apis/api-access-policies-for-applications.mdx
//     "Existing API", cURL (and the same for the Auth0 CLI)      block 6
//     "New API", cURL (and the same for the Auth0 CLI)           block 7
//   applications/application-access-to-apis-client-grants.mdx
//     "Create client grant"                                      block 8
//     "Update client grant"                                      block 10
//     "Delete client grant"                                      block 11
//     "Retrieve client grants"                                   block 14
//   applications/third-party-applications/configure-third-party-applications.mdx, where both pages send their readers for
//   the default grants that they describe without a request
//     "Default permissions for all third-party applications"     block 17
//     "Create a third-party application" (two members added)     block 18
//     "Per-application permissions"                              block 19
//
// The other blocks are Grantry's own. The pages show no token requests and no requests about organizations.

import { readFileSync } from 'node:fs';
import { readConfig } from '../../src/config.js';
import { startServer } from '../support/server.js';
import { type Block, parsePage } from './page.js';
import { type BlockRun, requireCurl, runBlocks } from './run-blocks.js';
import { Shapes } from './shapes.js';

const page = readFileSync(new URL('../../docs/curl.md', import.meta.url), 'utf8');
const blocks = parsePage(page);

type Row = readonly [section: string, status: string, answer: 'json' | 'http' | 'none'];

/** What the blocks are, in order: their heading, the HTTP status of their curl, and what the page shows below. */
const table: readonly Row[] = [
  ['Start', '', 'none'],
  ['Start', '200', 'none'],
  ['Start', '', 'none'],
  ['An API and an application', '201', 'none'],
  ['An API and an application', '201', 'none'],
  ['Set the policies of an existing API', '200', 'json'],
  ['Set the policies of a new API', '201', 'json'],
  ['Create a client grant', '201', 'json'],
  ['Create a client grant', '409', 'json'],
  ['Update a client grant', '200', 'json'],
  ['Delete a client grant', '204', 'http'],
  ['Retrieve client grants', '201', 'json'],
  ['Retrieve client grants', '201', 'json'],
  ['Retrieve client grants', '200', 'json'],
  ['Retrieve client grants', '200', 'json'],
  ['Default grants for third-party applications', '201', 'json'],
  ['Default grants for third-party applications', '201', 'json'],
  ['Default grants for third-party applications', '201', 'none'],
  ['Default grants for third-party applications', '201', 'json'],
  ['Refused before a policy is asked', '401', 'http'],
  ['Refused before a policy is asked', '403', 'http'],
  ['Refused before a policy is asked', '403', 'http'],
  ['`deny_all` beats every grant', '403', 'http'],
  ['A grant is enough under `require_client_grant`', '200', 'json'],
  ['A grant is enough under `require_client_grant`', '200', 'json'],
  ['A grant is a ceiling', '403', 'http'],
  ['A grant is a ceiling', '200', 'json'],
  ['A grant is a ceiling', '200', 'json'],
  ['A deleted grant yields nothing', '204', 'http'],
  ['A deleted grant yields nothing', '403', 'http'],
  ['Third-party applications use the default grant', '403', 'http'],
  ['Third-party applications use the default grant', '201', 'json'],
  ['Third-party applications use the default grant', '200', 'json'],
  ['Third-party applications use the default grant', '403', 'http'],
  ['Look a refusal up', '200', 'json'],
  ['Look a refusal up', '200', 'json'],
];

/** The first block, with what a reader fills in left open. */
const ASSIGNMENTS =
  /^GRANTRY=(?<address>\S+)\nMANAGEMENT_CLIENT_ID='the client id'\nMANAGEMENT_CLIENT_SECRET='the client secret'$/;

const PAGE_TOKEN = /\beyJ\w+…/g;
const REAL_TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/** JSON as the page lays it out; anything else as it is. */
function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text.replaceAll('\r', '').trimEnd();
  }
}

const address = ASSIGNMENTS.exec(blocks[0]?.code ?? '')?.groups?.['address'] ?? '';
let runs: readonly BlockRun[];
let promised: readonly (string | null)[];
let real: readonly string[];

beforeAll(async () => {
  await requireCurl();
  const server = await startServer();
  try {
    const { id, secret } = server.management;
    const assignments = `GRANTRY=${server.url}\nMANAGEMENT_CLIENT_ID='${id}'\nMANAGEMENT_CLIENT_SECRET='${secret}'`;
    runs = await runBlocks([assignments, ...blocks.slice(1).map(({ code }) => code)]);
    const onPage = new Shapes(address, PAGE_TOKEN);
    const here = new Shapes(server.url, REAL_TOKEN);
    promised = blocks.map(({ answer }) => answer && onPage.name(laidOut(answer.text)));
    real = runs.map(({ output }) => here.name(laidOut(output)));
  } finally {
    await server.close();
  }
});

test('the page starts from the address that the server has by default', () => {
  expect(address).toBe(readConfig({}).publicUrl.origin);
});

test('every shell block of the page is run, and each succeeds', () => {
  const inText = page.split('\n').filter((line) => line.includes('```sh'));
  expect(inText).toHaveLength(table.length);
  expect(runs.map(({ exitCode }) => exitCode)).toEqual(table.map(() => 0));
});

test.each(table.map((row, index) => [index + 1, ...row] as const))(
  'block %i, %s: status "%s" and the answer (%s) that the page shows',
  (number, section, statuses, language) => {
    const block = blocks[number - 1] as Block;
    const run = runs[number - 1] as BlockRun;
    expect({ section: block.section, language: block.answer?.language ?? 'none' }).toEqual({
      section,
      language,
    });
    expect({ exitCode: run.exitCode, statuses: run.statuses }).toEqual({ exitCode: 0, statuses });
    expect(real[number - 1]).toBe(promised[number - 1] ?? '');
  },
);
