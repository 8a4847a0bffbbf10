// Every page in every state, for the tests and for looking at.

import { approvalListPage, approvalOutcomePage, approvalPage } from '../../src/pages/approvals.js';
import { brandOf } from '../../src/pages/brand.js';
import { type ConsentModel, consentPage } from '../../src/pages/consent.js';
import { continuePage } from '../../src/pages/continue.js';
import { deviceCodePage, deviceConfirmationPage, deviceOutcomePage } from '../../src/pages/device.js';
import { errorPage } from '../../src/pages/error.js';
import { formPostPage } from '../../src/pages/form-post.js';
import { loginPage } from '../../src/pages/login.js';
import { logoutPage, signedOutPage } from '../../src/pages/logout.js';
import { organizationChoicePage, organizationNamePage } from '../../src/pages/organization.js';
import { deviceApprovalsPage, notPairedPage, waitForDevicePage } from '../../src/pages/device-approvals.js';
import {
  devicePairedPage,
  pairedDevicePage,
  pairingCancelledPage,
  pairingProblemPage,
} from '../../src/pages/pairing.js';
import {
  enrolmentPage,
  newRecoveryCodePage,
  oneTimePasswordPage,
  recoveryCodePage,
} from '../../src/pages/second-factor.js';

/**
 * Every page by name.
 *
 * @param foreign stands around each text that someone else wrote, in its order.
 */
export function specimens(
  foreign: (text: string) => string = (text) => text,
): Readonly<Record<string, string>> {
  const toServer = (action: string) => ({ action, csrfToken: foreign('q1LxP0a9vY') });
  const shop = () => ({ name: foreign('Acme Orders') });
  const northwind = () => ({
    displayName: foreign('Northwind Traders'),
    brand: brandOf({ colors: { primary: '#0f766e', page_background: '#e6f2f1' } }),
  });
  const jane = () => ({ name: foreign('jane.doe@example.com') });
  const login = () => ({
    ...toServer('/interaction/8hV2/login'),
    application: shop(),
    identifierKind: 'email' as const,
  });
  const consent = () => ({ ...toServer('/interaction/8hV2/consent'), user: jane() });
  const shopAsks = () => ({ application: { ...shop(), isThirdParty: false } });
  const orders = (): Pick<ConsentModel, 'api' | 'permissions'> => ({
    api: { name: foreign('Orders API'), identifier: foreign('https://api.example.com/orders') },
    permissions: [
      { value: foreign('read:orders'), description: foreign('See your orders') },
      {
        value: foreign('write:orders'),
        description: foreign('Place orders and change those that are not sent yet'),
      },
      { value: foreign('read:invoices'), description: null },
    ],
  });
  const device = () => toServer('/activate');
  const mfa = () => ({ ...toServer('/interaction/8hV2/mfa'), application: shop(), user: jane() });
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  const setUp = () => ({
    ...mfa(),
    uri: `otpauth://totp/Acme:${encodeURIComponent('jane.doe@example.com')}?secret=${secret}&issuer=Acme&algorithm=SHA1&digits=6&period=30`,
    secret,
  });
  const waitingLogin = () => ({
    id: foreign('cns_1'),
    application: shop(),
    user: jane(),
    ipAddress: foreign('203.0.113.7'),
    minutesLeft: 4,
  });
  const newCode = () => ({ ...mfa(), code: 'X8RZ4K2PWQ7N3MTB5HJD9FLC' });
  const ends = (minutes: number) => ({
    now: new Date('2026-07-10T12:00:00.000Z'),
    expiresAt: new Date(Date.parse('2026-07-10T12:00:00.000Z') + minutes * 60_000),
  });
  const approval = () => ({
    ...toServer('/u/approvals?consent=cns_1'),
    ...ends(4.5),
    id: foreign('cns_1'),
    shown: foreign('aGVsbG8'),
    isOpen: true,
    application: { name: foreign('Acme Bank') },
    user: jane(),
    bindingMessage: foreign('Transfer #7: 25.00 EUR'),
    authorizationDetails: [],
    standardScopes: ['openid'] as const,
  });

  return {
    login: loginPage(login()),
    'login-hint': loginPage({ ...login(), identifier: foreign('jane.doe@example.com') }),
    'login-organization': loginPage({
      ...login(),
      identifierKind: 'email_or_username',
      organization: northwind(),
    }),
    'login-connections': loginPage({
      ...login(),
      identifierKind: 'username',
      connections: [
        { name: foreign('customers'), label: foreign('Customers') },
        { name: foreign('staff'), label: foreign('Staff of Acme') },
      ],
    }),
    'login-empty': loginPage({
      ...login(),
      connections: [
        { name: foreign('customers'), label: foreign('Customers') },
        { name: foreign('staff'), label: foreign('Staff of Acme') },
      ],
      problems: ['connection_missing', 'identifier_missing', 'password_missing'],
    }),
    'login-wrong': loginPage({
      ...login(),
      identifier: foreign('jane.doe@example.com'),
      problems: ['wrong_credentials'],
    }),
    'login-too-many': loginPage({
      ...login(),
      identifier: foreign('jane.doe@example.com'),
      problems: ['too_many_attempts'],
    }),
    'login-expired': loginPage({ ...login(), problems: ['form_expired'] }),
    consent: consentPage({
      ...consent(),
      ...shopAsks(),
      ...orders(),
      standardScopes: ['openid', 'profile', 'email'],
      redirectUri: 'https://shop.example.com/callback',
    }),
    'consent-third-party': consentPage({
      ...consent(),
      ...orders(),
      application: { name: foreign('Travel Planner'), isThirdParty: true },
      organization: northwind(),
      standardScopes: ['offline_access'],
      redirectUri: 'https://planner.example.net:8443/back?from=grantry',
    }),
    'consent-details': consentPage({
      ...consent(),
      application: { name: foreign('Budget Buddy'), isThirdParty: true },
      api: { name: foreign('Payments API'), identifier: foreign('https://api.bank.example/') },
      permissions: [],
      standardScopes: ['openid', 'address', 'phone', 'offline_access'],
      authorizationDetails: [
        {
          type: 'payment_initiation',
          locations: [foreign('https://api.bank.example/payments')],
          instructedAmount: { currency: foreign('EUR'), amount: foreign('123.50') },
          creditorName: foreign('Merchant A'),
          creditorAccount: { bic: foreign('ABCIDEFFXXX'), iban: foreign('DE02100100109307118603') },
          remittanceInformation: foreign('Ref Number Merchant'),
          repeats: false,
        },
        {
          type: foreign('https://bank.example/types/accounts'),
          actions: [foreign('list_accounts'), foreign('read_balances')],
          [foreign('x')]: {
            one: { two: { three: { four: { five: { [foreign('six')]: [foreign('deep')] } } } } },
          },
          until: null,
          limits: [],
          filters: {},
          token: foreign('abcdefghij'.repeat(20)),
        },
      ],
      redirectUri: 'com.example.budget:/callback',
    }),
    'consent-profile': consentPage({
      ...consent(),
      ...shopAsks(),
      permissions: [],
      standardScopes: [],
      redirectUri: 'http://127.0.0.1:4180/callback',
    }),
    'consent-device': consentPage({ ...consent(), ...shopAsks(), ...orders(), standardScopes: ['openid'] }),
    'organization-choice': organizationChoicePage({
      ...toServer('/interaction/8hV2/organization'),
      application: shop(),
      user: jane(),
      organizations: [
        { id: foreign('org_1'), displayName: foreign('Northwind Traders') },
        { id: foreign('org_2'), displayName: foreign('Contoso') },
        { id: foreign('org_3'), displayName: foreign('Fabrikam Fibre and Everything That Goes With It') },
      ],
    }),
    'organization-choice-problem': organizationChoicePage({
      ...toServer('/interaction/8hV2/organization'),
      application: shop(),
      user: jane(),
      organizations: [
        { id: foreign('org_1'), displayName: foreign('Northwind Traders') },
        { id: foreign('org_2'), displayName: foreign('Contoso') },
      ],
      problem: 'not_chosen',
    }),
    'organization-name': organizationNamePage({
      ...toServer('/interaction/8hV2/organization'),
      application: shop(),
    }),
    'organization-name-problem': organizationNamePage({
      ...toServer('/interaction/8hV2/organization'),
      application: shop(),
      name: foreign('northwnid'),
      problem: 'unknown',
    }),
    approval: approvalPage({
      ...approval(),
      ...orders(),
      organization: northwind(),
      standardScopes: ['openid', 'offline_access'],
      authorizationDetails: [
        {
          type: 'money_transfer',
          instructedAmount: { amount: 2500, currency: foreign('USD') },
          beneficiary: foreign('Hanna Herwitz'),
        },
      ],
      listAddress: '/u/approvals',
    }),
    'approval-sign-in': approvalPage({ ...approval(), ...ends(3000), permissions: [] }),
    'approval-changed': approvalPage({ ...approval(), ...orders(), problem: 'changed' }),
    'approval-closed': approvalPage({ ...approval(), isOpen: false, permissions: [], standardScopes: [] }),
    'approval-list': approvalListPage({
      ...toServer('/u/approvals'),
      user: jane(),
      approvals: [
        {
          ...ends(1),
          application: { name: foreign('Acme Bank') },
          bindingMessage: foreign('Transfer #7: 25.00 EUR'),
          address: `/u/approvals?consent=${encodeURIComponent(foreign('cns_1'))}`,
        },
        {
          ...ends(70),
          application: { name: foreign('Travel Planner and Everything That Goes With It') },
          bindingMessage: foreign('a'.repeat(64)),
          address: `/u/approvals?consent=${encodeURIComponent(foreign('cns_2'))}`,
        },
      ],
    }),
    'approval-list-empty': approvalListPage({
      ...toServer('/u/approvals'),
      user: jane(),
      approvals: [],
      problem: 'gone',
    }),
    'approval-approved': approvalOutcomePage({
      outcome: 'approved',
      application: { name: foreign('Acme Bank') },
      listAddress: '/u/approvals',
    }),
    'approval-denied': approvalOutcomePage({
      outcome: 'denied',
      application: { name: foreign('Acme Bank') },
    }),
    'login-approvals': loginPage({
      ...toServer('/u/approvals'),
      purpose: 'approvals',
      application: { name: 'not shown' },
      identifierKind: 'email_or_username',
    }),
    'device-code': deviceCodePage(device()),
    'device-code-problem': deviceCodePage({
      ...device(),
      userCode: foreign('WDJB-MJHT'),
      problem: 'expired',
    }),
    'device-code-too-many': deviceCodePage({ ...device(), digitsOnly: true, problem: 'too_many_attempts' }),
    'device-confirmation': deviceConfirmationPage({
      ...device(),
      application: { name: foreign('Living Room TV') },
      userCode: foreign('WDJB-MJHT'),
      ipAddress: foreign('203.0.113.7'),
    }),
    'device-connected': deviceOutcomePage({
      outcome: 'connected',
      application: { name: foreign('Living Room TV') },
    }),
    'device-cancelled': deviceOutcomePage({ outcome: 'cancelled' }),
    'device-expired': deviceOutcomePage({ outcome: 'expired' }),
    otp: oneTimePasswordPage({ ...mfa(), offersRecoveryCode: true }),
    'otp-organization': oneTimePasswordPage({
      ...mfa(),
      organization: northwind(),
      offersRecoveryCode: false,
    }),
    'otp-missing': oneTimePasswordPage({ ...mfa(), offersRecoveryCode: true, problem: 'missing' }),
    'otp-wrong': oneTimePasswordPage({ ...mfa(), offersRecoveryCode: true, problem: 'wrong' }),
    'otp-too-many': oneTimePasswordPage({
      ...mfa(),
      offersRecoveryCode: true,
      problem: 'too_many_attempts',
    }),
    'otp-expired': oneTimePasswordPage({ ...mfa(), offersRecoveryCode: true, problem: 'form_expired' }),
    'recovery-code': recoveryCodePage(mfa()),
    'recovery-code-wrong': recoveryCodePage({ ...mfa(), organization: northwind(), problem: 'wrong' }),
    'recovery-code-too-many': recoveryCodePage({ ...mfa(), problem: 'too_many_attempts' }),
    enrolment: enrolmentPage(setUp()),
    'enrolment-wrong': enrolmentPage({ ...setUp(), organization: northwind(), problem: 'wrong' }),
    'enrolment-expired': enrolmentPage({ ...setUp(), problem: 'form_expired' }),
    'enrolment-no-picture': enrolmentPage({ ...setUp(), uri: `otpauth://totp/${'x'.repeat(5000)}` }),
    'new-recovery-code': newRecoveryCodePage(newCode()),
    'new-recovery-code-problem': newRecoveryCodePage({
      ...newCode(),
      organization: northwind(),
      problem: 'not_confirmed',
    }),
    pairing: pairedDevicePage({ ...toServer('/pair'), user: jane() }),
    'pairing-done': devicePairedPage({
      approvalsUrl: `/approvals?of=${encodeURIComponent(foreign('jane'))}`,
    }),
    'device-approvals': deviceApprovalsPage({ ...toServer('/u/device'), logins: [waitingLogin()] }),
    // Without a form.
    'device-approvals-answered': deviceApprovalsPage({
      action: '/u/device',
      csrfToken: '',
      logins: [],
      outcome: 'approved',
    }),
    'device-approvals-gone': deviceApprovalsPage({
      action: '/u/device',
      csrfToken: '',
      logins: [],
      outcome: 'gone',
    }),
    'device-not-paired': notPairedPage(),
    'wait-for-device': waitForDevicePage({
      ...mfa(),
      approvalsUrl: foreign('https://id.example.com/u/device'),
      offersRecoveryCode: true,
    }),
    'wait-for-device-refused': waitForDevicePage({
      ...mfa(),
      approvalsUrl: foreign('https://id.example.com/u/device'),
      offersRecoveryCode: false,
      isDenied: true,
    }),
    'pairing-cancelled': pairingCancelledPage(),
    'pairing-unknown': pairingProblemPage({ problem: 'unknown' }),
    'pairing-expired': pairingProblemPage({ problem: 'expired' }),
    'pairing-used': pairingProblemPage({ problem: 'used' }),
    logout: logoutPage({ ...toServer('/oidc/logout/confirm'), application: shop(), user: jane() }),
    'logout-unknown': logoutPage(toServer('/oidc/logout/confirm')),
    'signed-out': signedOutPage({ application: shop() }),
    'error-request': errorPage({
      code: foreign('invalid_request'),
      description: foreign(
        'Callback URL mismatch. https://evil.example/callback is not in the list of allowed callback URLs.',
      ),
      reference: foreign('90020261125101500123456'),
    }),
    'error-refused': errorPage({ code: 'access_denied', description: foreign('user is blocked') }),
    'error-server': errorPage({ code: 'server_error', reference: foreign('90020261125101500123456') }),
    'error-expired': errorPage({ code: 'invalid_request', kind: 'expired' }),
    continue: continuePage({ url: `/authorize/resume?state=${encodeURIComponent(foreign('8hV2'))}` }),
    'form-post': formPostPage({
      action: 'https://shop.example.com/callback',
      fields: { code: foreign('SplxlOBeZQQYbYS6WxSbIA'), state: foreign('af0ifjsldkj'), iss: undefined },
    }),
  };
}
