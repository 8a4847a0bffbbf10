import type { ConfigReader, ConfigWriter } from '../storage/config.js';
import type { Change, ConfigStore } from '../storage/storage.js';

/** A store whose next new client gets an id that the seed gives, instead of one that the server makes up. */
export class SeedStore implements ConfigStore {
  readonly #store: ConfigStore;
  #clientId: string | null = null;

  constructor(store: ConfigStore) {
    this.#store = store;
  }

  get config(): ConfigReader {
    return this.#store.config;
  }

  /** Runs `work`, in which a client is created, with the id that it is to have. */
  async withClientId<T>(clientId: string, work: () => Promise<T>): Promise<T> {
    this.#clientId = clientId;
    try {
      return await work();
    } finally {
      this.#clientId = null;
    }
  }

  write<T>(change: (config: ConfigWriter) => Promise<Change<T>>): Promise<T> {
    const clientId = this.#clientId;
    if (clientId === null) return this.#store.write(change);
    return this.#store.write((config) => {
      const create: ConfigWriter['clients']['create'] = (client, credentials) =>
        config.clients.create(
          { ...client, clientId },
          credentials.map((credential) => ({ ...credential, clientId })),
        );
      return change({ ...config, clients: { ...config.clients, create } });
    });
  }

  atomically<T>(work: (store: ConfigStore) => Promise<T>): Promise<T> {
    return this.#store.atomically(() => work(this));
  }
}
