import type { Role } from '../../domain/role.js';
import { ManagementError } from '../../errors.js';

/** A role of an organization is had by its members, within it. The database holds the same rule. */
export function checkAssignable({ type }: Role): void {
  if (type === 'organization') {
    throw new ManagementError(
      'invalid_body',
      'A role of an organization can only be assigned to members of the organization',
    );
  }
}
