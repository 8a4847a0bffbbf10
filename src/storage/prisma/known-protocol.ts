// Artifacts and authorizations in memory, for a process that has the database to itself: nobody else can change them.
// A refresh reads the same two again and again, and would else spend most of its time on that.

import type { Artifact, Authorization } from '../../domain/authorization.js';
import type { ArtifactStore, AuthorizationStore } from '../protocol.js';
import { Known } from './known.js';

interface Stores {
  readonly artifacts: ArtifactStore;
  readonly authorizations: AuthorizationStore;
}

/**
 * The stores with a memory in front.
 *
 * @param stores all changes of artifacts and authorizations go through what is returned, but for those that come with a
 * change of the configuration, and those that end with `forgetAll`.
 * @param version the newest version of the configuration.
 */
export function withMemory(
  { artifacts, authorizations }: Stores,
  version: () => number,
): Stores & { forgetAll(): void } {
  const knownArtifacts = new Known<Artifact>(version);
  const knownAuthorizations = new Known<Authorization>(version);
  const keyOf = (kind: string, name: string): string => `${kind}:${name}`;

  async function changing<T>(kind: string, name: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } finally {
      knownArtifacts.forget(keyOf(kind, name));
    }
  }

  async function find(kind: string, name: string): Promise<Artifact | null> {
    const key = keyOf(kind, name);
    const read = () => artifacts.find(kind, name);
    const artifact = await knownArtifacts.find(key, read);
    const belongsTo = artifact?.authorizationId ?? null;
    // They end together, and only the end of the authorization is told here.
    if (belongsTo === null || knownAuthorizations.has(belongsTo)) return artifact;
    knownArtifacts.forget(key);
    return knownArtifacts.find(key, read);
  }

  const findAuthorization = (id: string): Promise<Authorization | null> =>
    knownAuthorizations.find(id, () => authorizations.find(id));

  return {
    artifacts: {
      ...artifacts,
      find,
      findWithAuthorization: async (kind, name) => {
        const artifact = await find(kind, name);
        if (artifact === null) return null;
        const { authorizationId } = artifact;
        return {
          artifact,
          authorization: authorizationId === null ? null : await findAuthorization(authorizationId),
        };
      },
      put: (kind, name, ...rest) => changing(kind, name, artifacts.put(kind, name, ...rest)),
      putNew: async (kind, name, artifact, now) => {
        const isNew = await artifacts.putNew(kind, name, artifact, now);
        const { otherName: _otherName, ...kept } = artifact;
        // Those that belong to nothing are marks, which nobody reads.
        if (isNew && artifact.authorizationId !== null)
          knownArtifacts.learn(keyOf(kind, name), { ...kept, usedAt: now, consumedAt: null });
        return isNew;
      },
      consume: (kind, name, now) => changing(kind, name, artifacts.consume(kind, name, now)),
      touch: async (kind, name, now) => {
        await artifacts.touch(kind, name, now);
        knownArtifacts.change(keyOf(kind, name), (artifact) =>
          artifact.usedAt < now ? { ...artifact, usedAt: now } : artifact,
        );
      },
      delete: (kind, name) => changing(kind, name, artifacts.delete(kind, name)),
      trim: async (...all) => {
        const deleted = await artifacts.trim(...all);
        if (deleted > 0) knownArtifacts.forgetAll();
        return deleted;
      },
    },
    authorizations: {
      ...authorizations,
      find: findAuthorization,
      delete: async (id) => {
        try {
          await authorizations.delete(id);
        } finally {
          knownAuthorizations.forget(id);
        }
      },
    },
    forgetAll: () => {
      knownArtifacts.forgetAll();
      knownAuthorizations.forgetAll();
    },
  };
}
