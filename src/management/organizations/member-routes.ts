// /organizations/{id}/members, the roles that members have in an organization, and the organizations of a user.

import { ManagementError } from '../../errors.js';
import type { Handlers } from '../../http/contract.js';
import { type FieldsQuery, namedFields, pickFields } from '../../http/fields.js';
import {
  checkpointBody,
  checkpointOf,
  listBody,
  pageBody,
  pageOf,
  windowOfLongList,
} from '../../http/paging.js';
import type { OrganizationMember } from '../../domain/organization-parts.js';
import type { ConfigReader } from '../../storage/config.js';
import type { ConfigStore } from '../../storage/storage.js';
import type { ChangeConfig } from '../change.js';
import { toWire as roleToWire } from '../roles/wire.js';
import { existing } from './existing.js';
import { memberToWire } from './parts-wire.js';
import { toWire } from './wire.js';

type Operations =
  | 'listOrganizationMembers'
  | 'addOrganizationMembers'
  | 'removeOrganizationMembers'
  | 'listOrganizationMemberRoles'
  | 'assignOrganizationMemberRoles'
  | 'removeOrganizationMemberRoles'
  | 'listOrganizationRoleMembers'
  | 'listOrganizationInvitations'
  | 'listUserOrganizations';

/** Roles are shown only where `fields` asks for them (text of the platform's contract). */
const shownAs = (query: FieldsQuery) => (member: OrganizationMember) => {
  const wire = memberToWire(member);
  if (namedFields(query) !== null) return pickFields(wire, query);
  const { roles: _roles, ...shown } = wire;
  return shown;
};

/** The organization of a path, of which somebody has to be a member. @returns its id. */
async function existingMember(
  config: ConfigReader,
  { id, user_id }: { id: string; user_id: string },
): Promise<string> {
  const organization = await existing(config, id);
  if (!(await config.members.isMember(organization.id, user_id))) {
    throw new ManagementError('inexistent_member');
  }
  return organization.id;
}

export function memberHandlers(storage: ConfigStore, change: ChangeConfig): Handlers<Operations> {
  const { config } = storage;
  return {
    async listOrganizationMembers({ path, query }) {
      const { id } = await existing(config, path.id);
      const window = windowOfLongList(query);
      const listing = await config.members.list(id, {}, window);
      const body = listBody('members', window, listing, shownAs(query), { totalsLast: true });
      return { status: 200, body };
    },

    async addOrganizationMembers(call) {
      await change(call, async (writer) => {
        const { id } = await existing(writer, call.path.id);
        const userIds = [...new Set(call.body.members)];
        const [missing] = await writer.users.missing(userIds);
        if (missing !== undefined) throw new ManagementError('inexistent_user');
        await writer.members.add(id, userIds);
      });
      return { status: 204, body: undefined };
    },

    async removeOrganizationMembers(call) {
      await change(call, async (writer) => {
        const { id } = await existing(writer, call.path.id);
        await writer.members.remove(id, call.body.members);
      });
      return { status: 204, body: undefined };
    },

    async listOrganizationMemberRoles({ path, query }) {
      const organizationId = await existingMember(config, path);
      const window = pageOf(query);
      const listing = await config.roles.list({ member: { organizationId, userId: path.user_id } }, window);
      const body = pageBody('roles', window, listing, roleToWire, { totalsLast: true });
      return { status: 200, body };
    },

    async assignOrganizationMemberRoles(call) {
      await change(call, async (writer) => {
        const organizationId = await existingMember(writer, call.path);
        const roleIds = [...new Set(call.body.roles)];
        for (const roleId of roleIds) {
          const role = await writer.roles.find(roleId);
          // A role of another organization is none here; the database holds the same rule.
          if (role === null || (role.ownerId !== null && role.ownerId !== organizationId)) {
            throw new ManagementError('inexistent_role');
          }
        }
        await writer.members.addRoles(organizationId, call.path.user_id, roleIds);
      });
      return { status: 204, body: undefined };
    },

    async removeOrganizationMemberRoles(call) {
      await change(call, async (writer) => {
        const organizationId = await existingMember(writer, call.path);
        await writer.members.removeRoles(organizationId, call.path.user_id, call.body.roles);
      });
      return { status: 204, body: undefined };
    },

    async listOrganizationRoleMembers({ path, query }) {
      const { id } = await existing(config, path.id);
      const role = await config.roles.find(path.role_id);
      if (role === null) throw new ManagementError('inexistent_role');
      const listing = await config.members.list(id, { roleId: role.id }, checkpointOf(query));
      return { status: 200, body: checkpointBody('members', listing, shownAs(query)) };
    },

    async listOrganizationInvitations({ path, query }) {
      await existing(config, path.id);
      const { offset: start, limit } = pageOf(query);
      // Nobody is invited here, and exports ask. The platform does not count invitations (text of its contract).
      return { status: 200, body: query.include_totals ? { invitations: [], start, limit } : [] };
    },

    async listUserOrganizations({ path, query }) {
      if ((await config.users.find(path.id)) === null) throw new ManagementError('inexistent_user');
      const window = pageOf(query);
      const listing = await config.organizations.list({ memberId: path.id }, window);
      const body = pageBody('organizations', window, listing, toWire, { totalsLast: true });
      return { status: 200, body };
    },
  };
}
