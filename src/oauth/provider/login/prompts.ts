// What a user is asked, in order: who they are, for which organization, for a second factor, whether they agree. The answers
// of the policy say what is left to ask; when nothing is, the login is concluded, where an Action can want a second factor.

import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { concludeLogin, decideLogin } from './login-request.js';
import type { UserTokenOptions } from '../../user-tokens/options.js';

const { Check, Prompt } = interactionPolicy;
const { REQUEST_PROMPT, NO_NEED_TO_PROMPT } = Check;

/** A session ends this long after its login, however much it is used (the platform's default). */
export const SESSION_SECONDS = 7 * 86_400;

/** What the consent page is about, as the interaction keeps it. */
export interface ConsentDetails {
  readonly audience: string | null;
  readonly organizationId: string | null;
  readonly scopes: readonly string[];
}

async function consentTo(ctx: KoaContextWithOIDC, options: UserTokenOptions): Promise<ConsentDetails> {
  const { decision, facts, request } = await decideLogin(ctx, options);
  const organization = facts.access.organizations.find(
    ({ id, name }) => id === request.organization || name === request.organization,
  );
  const organizationId = organization?.id ?? null;
  if (decision.granted) return { audience: decision.audience, organizationId, scopes: decision.scopes };
  if (decision.denial.reason !== 'consent_required') return { audience: null, organizationId, scopes: [] };
  return { audience: decision.denial.audience, organizationId, scopes: decision.denial.scopes };
}

async function choicesOf(ctx: KoaContextWithOIDC, options: UserTokenOptions): Promise<readonly string[]> {
  const { decision } = await decideLogin(ctx, options);
  if (decision.granted || decision.denial.reason !== 'organization_selection_required') return [];
  return decision.denial.choices ?? [];
}

export function prompts(options: UserTokenOptions): interactionPolicy.Prompt[] {
  const asks = (reason: string, behavior?: string) => async (ctx: KoaContextWithOIDC) => {
    const { decision } = await decideLogin(ctx, options);
    if (decision.granted || decision.denial.reason !== reason) return NO_NEED_TO_PROMPT;
    if (behavior !== undefined && 'behavior' in decision.denial && decision.denial.behavior !== behavior) {
      return NO_NEED_TO_PROMPT;
    }
    return REQUEST_PROMPT;
  };

  const hasNoSession = (ctx: KoaContextWithOIDC): boolean => {
    const { session, account } = ctx.oidc;
    if (session?.accountId === undefined || account === undefined) return REQUEST_PROMPT;
    return session.past(SESSION_SECONDS) ? REQUEST_PROMPT : NO_NEED_TO_PROMPT;
  };

  const isTooOld = (ctx: KoaContextWithOIDC): boolean => {
    const { session, params, result } = ctx.oidc;
    const maxAge = params?.['max_age'];
    if (maxAge === undefined || session?.accountId === undefined) return NO_NEED_TO_PROMPT;
    // Who has just logged in for this request is not asked again, even where the age is 0.
    if (result?.['login'] !== undefined) return NO_NEED_TO_PROMPT;
    return session.past(Number(maxAge)) ? REQUEST_PROMPT : NO_NEED_TO_PROMPT;
  };

  // GE-9 to GE-11: the texts.
  return [
    new Prompt(
      { name: 'organization_before_login' },
      new Check(
        'organization_needed',
        'Organization required',
        'interaction_required',
        asks('organization_selection_required', 'pre_login_prompt'),
      ),
    ),
    new Prompt(
      { name: 'login', requestable: true },
      new Check('no_session', 'Login required', 'login_required', hasNoSession),
      new Check('max_age', 'Login required', 'login_required', isTooOld),
    ),
    new Prompt({ name: 'select_account', requestable: true }),
    new Prompt(
      { name: 'organization' },
      async (ctx) => ({ choices: await choicesOf(ctx, options) }),
      new Check(
        'organization_needed',
        'Organization required',
        'interaction_required',
        asks('organization_selection_required'),
      ),
    ),
    // Before the consent: nobody is shown what is asked of a user until it is certain who the user is.
    new Prompt(
      { name: 'second_factor' },
      new Check(
        'second_factor_needed',
        'Multifactor authentication required',
        'interaction_required',
        asks('mfa_required'),
      ),
    ),
    new Prompt(
      { name: 'consent', requestable: true },
      async (ctx) => ({ ...(await consentTo(ctx, options)) }),
      new Check('consent_needed', 'Consent required', 'consent_required', asks('consent_required')),
    ),
    new Prompt(
      { name: 'conclusion' },
      new Check(
        'demanded_by_action',
        'Multifactor authentication required',
        'interaction_required',
        async (ctx) => ((await concludeLogin(ctx, options)) === null ? NO_NEED_TO_PROMPT : REQUEST_PROMPT),
      ),
    ),
  ];
}
