import { AsyncLocalStorage } from 'node:async_hooks';
import type { ConfigReader, ConfigWriter } from '../storage/config.js';
import type { AtomicConfigStore, Change } from '../storage/storage.js';

/** A store in which a new client gets an id that the seed gives, instead of one that the server makes up. */
export class SeedStore implements AtomicConfigStore {
  readonly #store: AtomicConfigStore;
  readonly #clientId = new AsyncLocalStorage<string>();

  constructor(store: AtomicConfigStore) {
    this.#store = store;
  }

  get config(): ConfigReader {
    return this.#store.config;
  }

  /** Runs `work`, in which a client is created, with the id that it is to have. */
  withClientId<T>(clientId: string, work: () => Promise<T>): Promise<T> {
    return this.#clientId.run(clientId, work);
  }

  /** To be called when the seed is done: what keeps ids apart costs every promise of the process something. */
  close(): void {
    this.#clientId.disable();
  }

  write<T>(change: (config: ConfigWriter) => Promise<Change<T>>): Promise<T> {
    const clientId = this.#clientId.getStore();
    if (clientId === undefined) return this.#store.write(change);
    return this.#store.write((config) => {
      const create: ConfigWriter['clients']['create'] = (client, credentials) =>
        config.clients.create(
          { ...client, clientId },
          credentials.map((credential) => ({ ...credential, clientId })),
        );
      return change({ ...config, clients: { ...config.clients, create } });
    });
  }

  atomically<T>(work: (store: AtomicConfigStore) => Promise<T>): Promise<T> {
    return this.#store.atomically(() => work(this));
  }

  together<T>(changes: readonly (() => Promise<T>)[]): Promise<T[]> {
    return this.#store.together(changes);
  }
}
