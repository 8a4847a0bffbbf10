// What every implementation of `Storage` owes (src/storage/storage.ts), whatever database is under it. A database joins by
// one entry in tests/support/engines.ts.

import type { Engine } from '../support/engines.js';
import { actionConformance, actionListConformance } from './conformance/actions.js';
import { approvalRuleConformance } from './conformance/approval-rules.js';
import { approvalConformance } from './conformance/approvals.js';
import { atomicallyConformance } from './conformance/atomically.js';
import { clientGrantConformance, clientGrantListConformance } from './conformance/client-grants.js';
import { clientConformance, clientListConformance } from './conformance/clients.js';
import { connectionConformance, connectionListConformance } from './conformance/connections.js';
import { credentialConformance } from './conformance/credentials.js';
import { databaseRuleConformance } from './conformance/database-rules.js';
import { consentConformance } from './conformance/consents.js';
import { factsInTimeConformance } from './conformance/facts-in-time.js';
import { loginConformance } from './conformance/logins.js';
import { logConformance, logListConformance } from './conformance/logs.js';
import { organizationPartConformance } from './conformance/organization-parts.js';
import { organizationConformance, organizationListConformance } from './conformance/organizations.js';
import { protocolConformance } from './conformance/protocol.js';
import { quotaConformance } from './conformance/quotas.js';
import { refusedAndClosedConformance } from './conformance/refused-and-closed.js';
import { resourceServerConformance } from './conformance/resource-servers.js';
import { ringConformance } from './conformance/rings.js';
import { roleConformance, roleListConformance } from './conformance/roles.js';
import { secondFactorAttemptConformance } from './conformance/second-factor-attempts.js';
import { secondFactorConformance, secondFactorSettingsConformance } from './conformance/second-factors.js';
import { sealedSecretsConformance } from './conformance/sealed-secrets.js';
import { severalProcessesConformance } from './conformance/several-processes.js';
import { snapshotConformance } from './conformance/snapshots.js';
import { tenantSettingsConformance } from './conformance/tenant-settings.js';
import { textConformance } from './conformance/text.js';
import { timeZoneConformance } from './conformance/time-zones.js';
import { tokenFactsConformance } from './conformance/token-facts.js';
import { userTokenFactsConformance } from './conformance/token-facts-users.js';
import { userConformance } from './conformance/users.js';
import { userSearchConformance } from './conformance/user-search.js';
import { assertionConformance, pruningConformance } from './conformance/upkeep.js';
import { withdrawnConsentConformance } from './conformance/withdrawn-consents.js';
import { writeConformance } from './conformance/writes.js';
import { type OpenDatabase, type Opened, openFresh } from './fixtures.js';

/** Registers the suite for one engine. */
export function storageConformance(engine: Engine): void {
  describe(`storage on the ${engine.name} database`, () => {
    // Making an embedded database takes a second, so subjects that do not mind each other share one.
    onOneDatabase(engine, (opened) => {
      resourceServerConformance(opened);
      clientConformance(opened);
      credentialConformance(opened);
      clientGrantConformance(opened);
      connectionConformance(opened);
      organizationConformance(opened);
      organizationPartConformance(opened);
      roleConformance(opened);
      userConformance(opened);
      actionConformance(opened);
      textConformance(opened);
      writeConformance(opened);
      atomicallyConformance(opened);
      factsInTimeConformance(opened);
      logConformance(opened);
      loginConformance(opened);
      secondFactorConformance(opened);
      secondFactorAttemptConformance(opened);
      consentConformance(opened);
      approvalConformance(opened);
      protocolConformance(opened);
      quotaConformance(opened);
      assertionConformance(opened);
    });
    // Lists of everything need a database in which nobody else makes the same.
    onOneDatabase(engine, (opened) => {
      logListConformance(opened);
      organizationListConformance(opened);
      roleListConformance(opened);
      tenantSettingsConformance(opened);
      secondFactorSettingsConformance(opened);
      clientGrantListConformance(opened);
      actionListConformance(opened);
    });
    onOneDatabase(engine, (opened) => {
      clientListConformance(opened);
      connectionListConformance(opened);
      userSearchConformance(opened);
      pruningConformance(opened);
    });
    databaseRuleConformance(engine);
    approvalRuleConformance(engine);
    tokenFactsConformance(engine);
    userTokenFactsConformance(engine);
    refusedAndClosedConformance(engine);
    timeZoneConformance(engine);
    sealedSecretsConformance(engine);
    snapshotConformance(engine);
    withdrawnConsentConformance(engine);
    // A lock keeps a second process out of the embedded database (embedded-safety.test.ts).
    if (engine.name !== 'embedded') {
      severalProcessesConformance(engine);
      ringConformance(engine);
    }
  });
}

function onOneDatabase(engine: Engine, subjects: (opened: Opened) => void): void {
  describe('on one database', () => {
    let open: OpenDatabase;
    beforeAll(async () => {
      open = await openFresh(engine);
    });
    afterAll(() => open.close());
    subjects(() => open.storage);
  });
}
