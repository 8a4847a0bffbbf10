// /api/v2/actions: actions, their versions, and what triggers run. Shapes, statuses and texts are recorded ones
// (auth0/go-auth0, test/data/recordings/TestActionManager_*), or those that users of the platform's tools quote.

import type { Action, ActionSource, NewAction } from '../../domain/action.js';
import { ManagementError } from '../../errors.js';
import type { Handlers, RequestBody } from '../../http/contract.js';
import type { ActionReader, ConfigReader } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { PageWindow } from '../../storage/window.js';
import type { ChangeConfig } from '../change.js';
import {
  currentVersion,
  DEFAULT_RUNTIME,
  isBoundByOthers,
  type TriggerId,
  triggersToWire,
} from './triggers.js';
import {
  bindingToWire,
  newVersionToWire,
  pageToWire,
  toChanges,
  toWire,
  versionOfActionToWire,
} from './wire.js';

type Operations =
  | 'listActions'
  | 'createAction'
  | 'getAction'
  | 'updateAction'
  | 'deleteAction'
  | 'deployAction'
  | 'listActionVersions'
  | 'getActionVersion'
  | 'deployActionVersion'
  | 'listActionTriggers'
  | 'listActionBindings'
  | 'updateActionBindings';

/** Lists here are always counted, and are shorter than others unless they are asked for more (Management API reference). */
function windowOf({ page = 0, per_page: limit = 20 }: { page?: number; per_page?: number }): PageWindow {
  return { kind: 'page', offset: page * limit, limit, countTotal: true };
}

async function existing({ actions }: { readonly actions: ActionReader }, id: string): Promise<Action> {
  const action = await actions.find(id);
  if (action === null) throw new ManagementError('inexistent_action');
  return action;
}

/** The database holds the same rule. */
async function checkNameIsFree(
  { actions }: ConfigReader,
  name: string | undefined,
  of?: Action,
): Promise<void> {
  if (name === undefined || name === of?.name) return;
  if ((await actions.findByName(name)) !== null) throw new ManagementError('action_conflict');
}

/** There are no modules, so an action that names some could not run. */
function checkModules({ modules }: RequestBody<'updateAction'>): void {
  if (modules !== undefined && modules.length > 0) {
    throw new ManagementError('insufficient_entitlement', 'This server does not support action modules');
  }
}

function checkSecrets({ secrets = [] }: RequestBody<'updateAction'>): void {
  const names = new Set(secrets.map(({ name }) => name));
  if (names.size < secrets.length) {
    throw new ManagementError(
      'invalid_body',
      "Payload validation error: 'Secrets must have different names'.",
    );
  }
}

/** auth0/auth0-cli#462: what is bound cannot turn to another trigger. */
async function checkTrigger(
  { actions }: ConfigReader,
  action: Action,
  next: { id: string } | undefined,
): Promise<void> {
  if (next === undefined || next.id === action.trigger.id) return;
  if (await actions.isBound(action.id)) throw new ManagementError('action_trigger_fixed');
}

function newAction({ deploy: _deploy, ...body }: RequestBody<'createAction'>, now: Date): NewAction {
  const [trigger] = body.supported_triggers;
  // The contract asks for exactly one.
  if (trigger === undefined) throw new Error('an action without a trigger passed the contract');
  return {
    name: body.name,
    code: '',
    dependencies: [],
    runtime: DEFAULT_RUNTIME,
    trigger: { id: trigger.id, version: currentVersion(trigger.id) },
    secrets: [],
    ...toChanges(body, [], now),
  };
}

function checkBindable(triggerId: TriggerId): void {
  if (isBoundByOthers(triggerId)) throw new ManagementError('trigger_bound_by_others');
}

async function referredAction(
  { actions }: ConfigReader,
  triggerId: TriggerId,
  { type, value }: { type: string; value: string },
): Promise<Action> {
  const found = type === 'action_name' ? await actions.findByName(value) : await actions.find(value);
  if (type === 'binding_id' || found === null) throw new ManagementError('inexistent_action');
  if (found.deployedVersion === null) throw new ManagementError('action_not_deployed');
  if (found.deployedVersion.trigger.id !== triggerId) {
    const message = `The action "${found.name}" is not deployed for the trigger ${triggerId}`;
    throw new ManagementError('invalid_body', message);
  }
  return found;
}

export function actionHandlers(storage: ConfigStore, change: ChangeConfig): Handlers<Operations> {
  const { actions } = storage.config;
  return {
    async listActions({ query }) {
      const window = windowOf(query);
      const filter = {
        ...(query.triggerId !== undefined && { triggerId: query.triggerId }),
        ...(query.actionName !== undefined && { name: query.actionName }),
        ...(query.deployed !== undefined && { isDeployed: query.deployed }),
      };
      // There is no marketplace.
      const listing = query.installed
        ? { items: [], total: 0, next: null }
        : await actions.list(filter, window);
      return { status: 200, body: pageToWire('actions', window, listing, (action) => toWire(action)) };
    },

    async createAction(call) {
      const { body } = call;
      checkModules(body);
      checkSecrets(body);
      const created = await change(call, async (config) => {
        await checkNameIsFree(config, body.name);
        const now = new Date();
        const action = await config.actions.create(newAction(body, now), now);
        if (!body.deploy) return action;
        const deployedVersion = await config.actions.deploy(action.id, action, now);
        return { ...action, deployedVersion };
      });
      return { status: 201, body: toWire(created, body) };
    },

    async getAction({ path }) {
      return { status: 200, body: toWire(await existing(storage.config, path.id)) };
    },

    async updateAction(call) {
      const { body } = call;
      checkModules(body);
      checkSecrets(body);
      const updated = await change(call, async (config) => {
        const found = await existing(config, call.path.id);
        await checkNameIsFree(config, body.name, found);
        const now = new Date();
        const changes = toChanges(body, found.secrets, now);
        await checkTrigger(config, found, changes.trigger);
        return config.actions.update(found.id, changes, now);
      });
      return { status: 200, body: toWire(updated, body) };
    },

    async deleteAction(call) {
      await change(call, async (config) => {
        const { id } = await existing(config, call.path.id);
        // `force` takes it from triggers; a profile goes first (the platform's page "Configure Custom Token Exchange").
        const { force } = call.query;
        const isNeeded = force ? config.tokenExchangeProfiles.areFor(id) : config.actions.isBound(id);
        if (await isNeeded) throw new ManagementError('action_bound');
        await config.actions.delete(id);
      });
      return { status: 204, body: undefined };
    },

    async deployAction(call) {
      const body = await change(call, async (config) => {
        const action = await existing(config, call.path.id);
        return newVersionToWire(await config.actions.deploy(action.id, action, new Date()), action);
      });
      return { status: 200, body };
    },

    async listActionVersions({ path, query }) {
      const action = await existing(storage.config, path.id);
      const window = windowOf(query);
      const listing = await actions.listVersions(action.id, window);
      const body = pageToWire('versions', window, listing, (version) =>
        versionOfActionToWire(version, action),
      );
      return { status: 200, body };
    },

    async getActionVersion({ path }) {
      const action = await existing(storage.config, path.id);
      const version = await actions.findVersion(action.id, path.version_id);
      if (version === null) throw new ManagementError('inexistent_action_version');
      return { status: 200, body: versionOfActionToWire(version, action) };
    },

    async deployActionVersion(call) {
      const body = await change(call, async (config) => {
        const action = await existing(config, call.path.id);
        const source: ActionSource | null = await config.actions.findVersion(action.id, call.path.version_id);
        if (source === null) throw new ManagementError('inexistent_action_version');
        await checkTrigger(config, action, source.trigger);
        return newVersionToWire(await config.actions.deploy(action.id, source, new Date()), action);
      });
      return { status: 200, body };
    },

    listActionTriggers: () => Promise.resolve({ status: 200, body: { triggers: triggersToWire() } }),

    async listActionBindings({ path, query }) {
      checkBindable(path.trigger_id);
      const window = windowOf(query);
      const listing = await actions.listBindings(path.trigger_id, window);
      return { status: 200, body: pageToWire('bindings', window, listing, bindingToWire) };
    },

    async updateActionBindings(call) {
      const { trigger_id: triggerId } = call.path;
      checkBindable(triggerId);
      const bindings = await change(call, async (config) => {
        const bound = [];
        for (const { ref, display_name: displayName } of call.body.bindings ?? []) {
          const action = await referredAction(config, triggerId, ref);
          bound.push({ actionId: action.id, displayName: displayName ?? action.name });
        }
        await config.actions.bind(triggerId, bound, new Date());
        const all = { kind: 'page', offset: 0, limit: bound.length, countTotal: false } as const;
        return bound.length === 0 ? [] : (await config.actions.listBindings(triggerId, all)).items;
      });
      return { status: 200, body: { bindings: bindings.map(bindingToWire) } };
    },
  };
}
