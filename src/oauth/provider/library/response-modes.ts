import type { Provider } from 'oidc-provider';
import { formPostPage } from '../../../pages/form-post.js';
import { formPostHeaders } from '../../../pages/security-policy.js';
import { FORM_POST_PAGE } from '../login/asked.js';

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** OAuth 2.0 Form Post Response Mode, with a page that works without scripts (`asked.ts` chooses it). */
export function useOwnFormPost(provider: Provider): void {
  provider.registerResponseMode(FORM_POST_PAGE, (ctx, action, payload) => {
    const fields = Object.fromEntries(
      Object.entries(payload).map(([name, value]) => [
        name,
        typeof value === 'number' ? String(value) : textOf(value),
      ]),
    );
    ctx.status = 'error' in payload ? 400 : 200;
    ctx.set(formPostHeaders());
    ctx.body = formPostPage({ action, fields });
  });
}
