// Actions, versions and bindings as the wire has them. Members in the order of recorded answers (auth0/go-auth0,
// test/data/recordings/TestActionManager_*; auth0/terraform-provider-auth0, TestAccAction*).

import type { components } from '../../generated/openapi.js';
import {
  type Action,
  type ActionBinding,
  type ActionChanges,
  type ActionSecret,
  type ActionSource,
  type ActionVersion,
  isAllDeployed,
} from '../../domain/action.js';
import type { Listing, PageWindow } from '../../storage/window.js';
import { currentVersion, type TriggerId } from './triggers.js';

type Schemas = components['schemas'];
type Wire = Schemas['Action'];
type VersionWire = Schemas['ActionVersion'];
type SummaryWire = Schemas['ActionSummary'];
type NewDependencies = Schemas['NewActionDependencies'];
type Sent = Schemas['UpdateAction'];

const triggersOf = ({ trigger: { id, version } }: ActionSource) => [{ id: id as TriggerId, version }];

/** Names only: a value never leaves the server. */
const secretsOf = ({ secrets }: ActionSource) =>
  secrets.map(({ name, updatedAt }) => ({ name, updated_at: updatedAt.toISOString() }));

const dependenciesOf = ({ dependencies }: ActionSource) =>
  dependencies.map(({ name, version }) => ({ name, version }));

/** The two forms in which the platform shows what is in force, wherever it shows an action. */
function deployedMembers({ deployedVersion }: Action): Pick<Wire, 'current_version' | 'deployed_version'> {
  if (deployedVersion === null) return {};
  const { id, code, runtime, number, createdAt } = deployedVersion;
  const at = createdAt.toISOString();
  return {
    current_version: {
      id,
      code,
      runtime,
      status: 'BUILT',
      number,
      build_time: at,
      created_at: at,
      updated_at: at,
    },
    deployed_version: versionToWire(deployedVersion, true),
  };
}

/**
 * An action.
 *
 * @param sent what a change has just sent of it: the platform answers what it was sent, and has it built afterwards.
 */
export function toWire(action: Action, sent: Pick<Sent, 'dependencies'> | null = null): Wire {
  const sentDependencies = sent?.dependencies;
  return {
    id: action.id,
    name: action.name,
    supported_triggers: triggersOf(action),
    created_at: action.createdAt.toISOString(),
    updated_at: action.updatedAt.toISOString(),
    code: action.code,
    dependencies: sentDependencies ? sentDependencies.map(withVersion) : dependenciesOf(action),
    runtime: action.runtime,
    status: sent === null ? 'built' : 'pending',
    secrets: secretsOf(action),
    ...deployedMembers(action),
    all_changes_deployed: isAllDeployed(action),
  };
}

/** A version by itself. */
function versionToWire(version: ActionVersion, isDeployed: boolean): VersionWire {
  const at = version.createdAt.toISOString();
  return {
    code: version.code,
    dependencies: dependenciesOf(version),
    id: version.id,
    deployed: isDeployed,
    number: version.number,
    ...(isDeployed && { built_at: at }),
    secrets: secretsOf(version),
    status: 'built',
    created_at: at,
    updated_at: at,
    runtime: version.runtime,
    supported_triggers: triggersOf(version),
  };
}

/** The action as versions and bindings show it. It never says that all is deployed (recorded). */
function summaryOf(action: Action): SummaryWire {
  const createdAt = action.createdAt.toISOString();
  return {
    id: action.id,
    name: action.name,
    supported_triggers: triggersOf(action),
    created_at: createdAt,
    updated_at: createdAt,
    all_changes_deployed: false,
  };
}

/** A version of an action, with the action. */
export function versionOfActionToWire(version: ActionVersion, action: Action): VersionWire {
  const isDeployed = version.id === action.deployedVersion?.id;
  return { ...versionToWire(version, isDeployed), action: summaryOf(action) };
}

/** The answer to a deployment: the version as it was before it was in force (recorded). */
export function newVersionToWire(version: ActionVersion, action: Action): VersionWire {
  return { ...versionToWire(version, false), action: summaryOf(action) };
}

export function bindingToWire(binding: ActionBinding): Schemas['ActionBinding'] {
  const { all_changes_deployed: no, ...summary } = summaryOf(binding.action);
  const createdAt = binding.createdAt.toISOString();
  return {
    id: binding.id,
    trigger_id: binding.triggerId as TriggerId,
    action: { ...summary, ...deployedMembers(binding.action), all_changes_deployed: no },
    created_at: createdAt,
    updated_at: createdAt,
    display_name: binding.displayName,
  };
}

/**
 * A page as the platform has it here: what is 0 is left out, and there is no count beyond the end. The Terraform provider
 * asks for page after page until one has no `total`.
 */
export function pageToWire<Key extends string, Row, T>(
  key: Key,
  { offset, limit }: PageWindow,
  { items, total }: Listing<Row>,
  toWire: (row: Row) => T,
): Record<Key, T[]> & { total?: number; page?: number; per_page: number } {
  return {
    ...({ [key]: items.map(toWire) } as Record<Key, T[]>),
    ...(items.length > 0 && total !== null && { total }),
    ...(offset > 0 && { page: offset / limit }),
    per_page: limit,
  };
}

const withVersion = ({ version, ...rest }: NewDependencies[number]) => ({
  ...rest,
  version: version ?? 'latest',
});

/**
 * Secrets as they are after a change. One that comes without a value keeps the one that it has: an export does not have
 * it, and an import sends what an export had. One that comes with the value that it has has not changed.
 */
function secretsFrom(
  sent: Schemas['NewActionSecrets'],
  before: readonly ActionSecret[],
  now: Date,
): readonly ActionSecret[] {
  return sent.map(({ name, value }) => {
    const known = before.find((secret) => secret.name === name);
    if (known && (value === undefined || value === known.value)) return known;
    return { name, value: value ?? '', updatedAt: now };
  });
}

/** The changes that a body asks for. */
export function toChanges(body: Sent, before: readonly ActionSecret[], now: Date): ActionChanges {
  const trigger = body.supported_triggers?.[0];
  return {
    ...(body.name !== undefined && { name: body.name }),
    ...(body.code !== undefined && { code: body.code }),
    ...(body.runtime !== undefined && { runtime: body.runtime }),
    ...(trigger && { trigger: { id: trigger.id, version: trigger.version ?? currentVersion(trigger.id) } }),
    ...(body.dependencies && {
      dependencies: body.dependencies.map((each) => {
        const { name, version } = withVersion(each);
        return { name, version };
      }),
    }),
    ...(body.secrets && { secrets: secretsFrom(body.secrets, before, now) }),
  };
}
