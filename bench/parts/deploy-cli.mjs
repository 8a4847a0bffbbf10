import { installClients } from '../../tests/clients/install.mjs';
import { measureClientRunsOnGrantry } from '../client-runs.mjs';
import { deployCliRuns, inWords } from '../deploy-cli-runs.mjs';
import { say } from '../measure.mjs';

const SIZE = { clients: 500, apis: 50, apisPerClient: 4 };

/** How long auth0-deploy-cli takes, and how much of it is spent waiting for the server. */
export async function deployCli() {
  installClients();
  say('### auth0-deploy-cli\n');
  say(`${inWords(SIZE)}. It holds itself to 3 requests at once and 8 a second.\n`);
  await measureClientRunsOnGrantry((folder, authorityFile) => deployCliRuns(SIZE, folder, authorityFile));
}
