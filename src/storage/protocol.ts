// What the authorization server keeps about logins under way and the tokens that came of them. None of it is
// configuration: writing it does not raise the configuration's version.

import type { Artifact, Authorization, NewArtifact } from '../domain/authorization.js';

export interface AuthorizationStore {
  find(id: string): Promise<Authorization | null>;
  /** @throws MissingReference when the user, client, API or organization has gone meanwhile. */
  create(authorization: Authorization): Promise<void>;
  /** Deletes it with everything that belongs to it. */
  delete(id: string): Promise<void>;
}

/**
 * Artifacts by kind and name. The name is often the secret itself: no name is ever stored, and contents are encrypted.
 */
export interface ArtifactStore {
  /** Writes one, in place of the one of that name. @throws MissingReference when its authorization has gone. */
  put(kind: string, name: string, artifact: NewArtifact, now: Date): Promise<void>;
  /** Writes one unless there is one of that name. @returns false when there was. */
  putNew(kind: string, name: string, artifact: NewArtifact, now: Date): Promise<boolean>;
  find(kind: string, name: string): Promise<Artifact | null>;
  /** The same with the authorization that it belongs to, if any. */
  findWithAuthorization(
    kind: string,
    name: string,
  ): Promise<{ readonly artifact: Artifact; readonly authorization: Authorization | null } | null>;
  findByOtherName(kind: string, otherName: string): Promise<Artifact | null>;
  /** Marks one as used for the first time. @returns false when somebody else was first, or it has gone. */
  consume(kind: string, name: string, now: Date): Promise<boolean>;
  /** Remembers that one was used again. */
  touch(kind: string, name: string, now: Date): Promise<void>;
  delete(kind: string, name: string): Promise<void>;
  /**
   * Deletes the oldest of a user's artifacts of a kind for a client, but for the newest `keep`, whichever authorization
   * they belong to. Used ones do not count. @returns how many.
   */
  trim(kind: string, owner: { userId: string; clientId: string }, keep: number): Promise<number>;
}
