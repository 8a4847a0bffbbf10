import type { Prisma, PrismaClient } from '../../generated/prisma/client.js';
import type { ActionReference, RunnableTrigger } from '../../domain/action.js';
import type { Client } from '../../domain/client.js';
import type { NewLogEntry } from '../../domain/log-entry.js';
import type { TokenFactsQuery, UserTokenFactsQuery } from '../../domain/token-facts.js';
import type { User } from '../../domain/user.js';
import type { ConfigReader, ConfigWriter } from '../config.js';
import type { ApprovalStore } from '../approvals.js';
import type { ArtifactStore, AuthorizationStore } from '../protocol.js';
import type { ConsentStore } from '../consents.js';
import type { LoginStore } from '../logins.js';
import type { AtomicConfigStore, Change, Storage } from '../storage.js';
import { actionReader, actionWriter } from './actions.js';
import { approvalStore } from './approvals.js';
import { AtomicStore, lockConfiguration, raiseVersion } from './atomic-store.js';
import { authenticatorReader, authenticatorWriter } from './authenticators.js';
import { authorizationStore } from './authorizations.js';
import { clientGrantReader, clientGrantWriter } from './client-grants.js';
import { clientReader, clientWriter } from './clients.js';
import { connectionReader, connectionWriter } from './connections.js';
import { type Database, openDatabase } from './database.js';
import { DeployedActions } from './deployed-actions.js';
import { translated } from './errors.js';
import { discoveryDomainReader, discoveryDomainWriter } from './discovery-domains.js';
import { consentStore } from './consents.js';
import { type Logged, loginStore } from './logins.js';
import { findLog, listLogs, LogWriter, writeLogs } from './logs.js';
import { memberReader, memberWriter } from './members.js';
import { organizationClientReader, organizationClientWriter } from './organization-clients.js';
import { organizationConnectionReader, organizationConnectionWriter } from './organization-connections.js';
import { Known } from './known.js';
import { KnownFacts } from './known-facts.js';
import { withMemory } from './known-protocol.js';
import { organizationReader, organizationWriter } from './organizations.js';
import { artifactStore } from './protocol-artifacts.js';
import { prune } from './prune.js';
import { takeFromQuotas } from './quotas.js';
import { resourceServerReader, resourceServerWriter } from './resource-servers.js';
import { roleReader, roleWriter } from './roles.js';
import { Sealing } from './sealing.js';
import { secondFactorSettingsReader, secondFactorSettingsWriter } from './second-factor-settings.js';
import { signingKeyReader, signingKeyWriter } from './signing-keys.js';
import { restoreSnapshot, takeSnapshot } from './snapshots.js';
import { settingsDocumentReader, settingsDocumentWriter } from './settings-documents.js';
import { tokenExchangeProfileReader, tokenExchangeProfileWriter } from './token-exchange-profiles.js';
import { tenantSettingsReader, tenantSettingsWriter } from './tenant-settings.js';
import { userReader, userWriter } from './users.js';

type Db = Prisma.TransactionClient;

/** Changes wait for each other, so the last of many has to wait for all before it. */
const CHANGE_TIMEOUT_MS = 30_000;
/** Changes that are made as one are many, and nobody waits for an answer: the longest that a timer can be set to. */
const UNLIMITED_MS = 2_147_483_647;

function configReader(db: Db, sealing: Sealing): ConfigReader {
  return {
    actions: actionReader(db, sealing),
    tokenExchangeProfiles: tokenExchangeProfileReader(db),
    resourceServers: resourceServerReader(db, sealing),
    clients: clientReader(db, sealing),
    clientGrants: clientGrantReader(db),
    connections: connectionReader(db, sealing),
    organizations: organizationReader(db),
    organizationConnections: organizationConnectionReader(db),
    organizationClients: organizationClientReader(db, sealing),
    discoveryDomains: discoveryDomainReader(db),
    members: memberReader(db),
    roles: roleReader(db),
    users: userReader(db),
    authenticators: authenticatorReader(db, sealing),
    secondFactors: secondFactorSettingsReader(db),
    signingKeys: signingKeyReader(db, sealing),
    tenantSettings: tenantSettingsReader(db),
    settingsDocuments: settingsDocumentReader(db, sealing),
  };
}

function configWriter(db: Db, sealing: Sealing): ConfigWriter {
  return {
    actions: actionWriter(db, sealing),
    tokenExchangeProfiles: tokenExchangeProfileWriter(db),
    resourceServers: resourceServerWriter(db, sealing),
    clients: clientWriter(db, sealing),
    clientGrants: clientGrantWriter(db),
    connections: connectionWriter(db, sealing),
    organizations: organizationWriter(db),
    organizationConnections: organizationConnectionWriter(db),
    organizationClients: organizationClientWriter(db, sealing),
    discoveryDomains: discoveryDomainWriter(db),
    members: memberWriter(db),
    roles: roleWriter(db),
    users: userWriter(db),
    authenticators: authenticatorWriter(db, sealing),
    secondFactors: secondFactorSettingsWriter(db),
    signingKeys: signingKeyWriter(db, sealing),
    tenantSettings: tenantSettingsWriter(db),
    settingsDocuments: settingsDocumentWriter(db, sealing),
  };
}

class PrismaStorage implements Storage {
  readonly config: ConfigReader;
  readonly known: Storage['known'];
  readonly authorizations: AuthorizationStore;
  readonly artifacts: ArtifactStore;
  readonly logins: LoginStore;
  readonly consents: ConsentStore;
  readonly approvals: ApprovalStore;
  readonly #database: Database;
  readonly #sealing: Sealing;
  readonly #logs: LogWriter;
  readonly #actions: DeployedActions;
  readonly #facts: KnownFacts;
  /** To be called when some have ended otherwise than through their store. */
  readonly #forgetAuthorizations: () => void;
  /** Changes that have begun. */
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(database: Database, encryptionKey: Buffer) {
    this.#database = database;
    this.#sealing = new Sealing(encryptionKey);
    this.#logs = new LogWriter(database.pool);
    this.#actions = new DeployedActions(database.pool, this.#sealing);
    this.config = configReader(this.#prisma, this.#sealing);
    this.#facts = new KnownFacts(database, this.#sealing);
    const version = (): number => this.#facts.version;
    const { clients, users } = this.config;
    const [knownClients, knownUsers] = [new Known<Client>(version), new Known<User>(version)];
    this.known = {
      client: (id) => knownClients.find(id, () => clients.find(id)),
      user: (id) => knownUsers.find(id, () => users.find(id)),
    };
    const protocol = {
      artifacts: artifactStore(database.pool, this.#sealing),
      authorizations: authorizationStore(database.pool),
    };
    const remembered = withMemory(protocol, version);
    const { artifacts, authorizations } = database.isExclusive ? remembered : protocol;
    this.artifacts = artifacts;
    this.authorizations = authorizations;
    this.#forgetAuthorizations = () => remembered.forgetAll();
    const logged: Logged = (work, entry) => this.#logged(work, entry);
    this.logins = loginStore(this.#prisma, this.#sealing, logged);
    this.approvals = approvalStore(this.#prisma, this.#sealing, logged);
    this.consents = consentStore(this.#prisma, logged, {
      forgetConsents: (userId) => this.#facts.forgetConsents(userId),
      forgetAuthorizations: this.#forgetAuthorizations,
    });
  }

  get #prisma(): PrismaClient {
    return this.#database.prisma;
  }

  write<T>(change: (config: ConfigWriter) => Promise<Change<T>>): Promise<T> {
    return this.#change((tx) => change(configWriter(tx, this.#sealing)));
  }

  atomically<T>(work: (store: AtomicConfigStore) => Promise<T>): Promise<T> {
    return this.#transact(UNLIMITED_MS, async (tx) => {
      // The version is raised with the first change only.
      await lockConfiguration(tx);
      const sealing = this.#sealing;
      const store = new AtomicStore(tx, configReader(tx, sealing), configWriter(tx, sealing));
      const result = await work(store);
      return { version: store.version, result };
    });
  }

  #change<T>(change: (tx: Db) => Promise<Change<T>>): Promise<T> {
    return this.#transact(CHANGE_TIMEOUT_MS, async (tx) => {
      // Locks out every other change until this one is done.
      const version = await raiseVersion(tx);
      const { result, entry } = await change(tx);
      if (entry) await writeLogs(tx, [entry], version);
      return { version, result };
    });
  }

  #logged<T>(work: (tx: Db) => Promise<T>, entry: NewLogEntry | null): Promise<T> {
    return this.#transact(CHANGE_TIMEOUT_MS, async (tx) => {
      // What it deletes can end with a user or a client, too, and those hold it in no fixed order.
      await lockConfiguration(tx);
      const result = await work(tx);
      if (entry) await writeLogs(tx, [entry], null);
      return { version: null, result };
    });
  }

  /** @param work answers the version that it has made of the configuration; null where it has changed nothing. */
  async #transact<T>(
    timeout: number,
    work: (tx: Db) => Promise<{ version: bigint | null; result: T }>,
  ): Promise<T> {
    // Entries that wait to be written are older than this change.
    await this.#logs.flush();
    const writing = this.#prisma.$transaction(work, { maxWait: CHANGE_TIMEOUT_MS, timeout });
    this.#underWay.add(writing);
    try {
      const { version, result } = await writing;
      if (version !== null) this.#facts.sawVersion(Number(version));
      return result;
    } catch (error) {
      throw translated(error);
    } finally {
      this.#underWay.delete(writing);
    }
  }

  tokenFacts(query: TokenFactsQuery, { fresh } = { fresh: false }) {
    return this.#facts.ofClient(query, fresh);
  }

  userTokenFacts(query: UserTokenFactsQuery) {
    return this.#facts.ofUser(query);
  }

  deployedActions(trigger: RunnableTrigger) {
    return this.#actions.ofTrigger(trigger);
  }

  actionsOf(references: readonly ActionReference[]) {
    return this.#actions.of(references);
  }

  async appendLog(entry: NewLogEntry, options?: { ifCurrent: boolean }): Promise<boolean> {
    const ifCurrent = options?.ifCurrent ?? false;
    if (!this.#database.isExclusive) return this.#logs.append(entry, ifCurrent);
    // Nobody else can change the configuration, so this process knows its version, and nothing has to be asked.
    if (ifCurrent && entry.configVersion !== this.#facts.version) return false;
    await this.#logs.appendLater(entry);
    return true;
  }

  async findLog(logId: string) {
    await this.#logs.flush();
    return findLog(this.#prisma, logId);
  }

  async listLogs(...[filter, window, options]: Parameters<Storage['listLogs']>) {
    await this.#logs.flush();
    return listLogs(this.#prisma, filter, window, options?.oldestFirst ?? false);
  }

  async useAssertion(clientId: string, jti: string, expiresAt: Date): Promise<boolean> {
    const { count } = await this.#prisma.usedAssertion.createMany({
      data: [{ clientId, jti, expiresAt }],
      skipDuplicates: true,
    });
    return count === 1;
  }

  takeFromQuotas(...[quotas, now]: Parameters<Storage['takeFromQuotas']>) {
    return takeFromQuotas(this.#prisma, quotas, now);
  }

  async prune({ logs, now }: Parameters<Storage['prune']>[0]): Promise<number> {
    const deleted = await prune(this.#prisma, logs, now);
    this.#forgetAuthorizations();
    return deleted;
  }

  takeSnapshot(): Promise<void> {
    return this.#change(async (tx) => ({ result: await takeSnapshot(tx), entry: null }));
  }

  restoreSnapshot(): Promise<boolean> {
    return this.#change(async (tx) => ({ result: await restoreSnapshot(tx), entry: null }));
  }

  async ping(): Promise<void> {
    await this.#database.pool.query('SELECT 1');
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await this.#logs.flush();
    await this.#database.close();
  }
}

/**
 * Opens the storage: a PostgreSQL database where `databaseUrl` names one, else the embedded one under `dataDir`,
 * in memory where that is null.
 *
 * @param options.encryptionKey 32 bytes that seal secrets and private keys.
 * @throws when the database cannot be reached, belongs to a newer version, or another process has it open.
 */
export async function openStorage(options: {
  databaseUrl: string | undefined;
  dataDir: string | null;
  encryptionKey: Buffer;
}): Promise<Storage> {
  const database = await openDatabase({ url: options.databaseUrl, dataDir: options.dataDir });
  return new PrismaStorage(database, options.encryptionKey);
}
