import type { Organization } from '../../domain/organization.js';
import { ManagementError } from '../../errors.js';
import type { ConfigReader } from '../../storage/config.js';

/** The organization of a path. @throws ManagementError 404 when there is none. */
export async function existing(config: ConfigReader, id: string): Promise<Organization> {
  const found = await config.organizations.find(id);
  if (found === null) throw new ManagementError('inexistent_organization');
  return found;
}
