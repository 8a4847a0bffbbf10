// Who stands on a page, as a user knows them.

import type { Brand } from './brand.js';

/** An application: there is a name and no picture, since pages load nothing from elsewhere. */
export interface ApplicationFace {
  readonly name: string;
  /** Colours of the tenant. Those of an organization come before them. */
  readonly brand?: Brand | undefined;
}

export interface OrganizationFace {
  /** Its `display_name`, or else its `name`. */
  readonly displayName: string;
  readonly brand?: Brand | undefined;
}
