// Every text of the pages.

import { type Content, html } from './html.js';
import type { IdentifierKind } from './login.js';

const identifierInWords: Readonly<Record<IdentifierKind, string>> = {
  email: 'email address',
  username: 'username',
  email_or_username: 'email address or username',
};

export const texts = {
  titleWithProblem: (title: string) => `Error: ${title}`,
  problems: 'There is a problem',
  cancel: 'Cancel',

  continue: {
    title: 'One moment',
    submit: 'Continue',
    link: 'Continue',
  },

  formPost: {
    title: 'Back to the application',
    lead: 'This page goes on by itself. If it does not, press the button.',
    submit: 'Continue',
  },

  login: {
    title: (application: string) => `Sign in to ${application}`,
    heading: 'Sign in',
    lead: (application: Content, organization?: Content) =>
      organization === undefined
        ? html`to continue to <strong>${application}</strong>`
        : html`as a member of <strong>${organization}</strong>, to continue to
            <strong>${application}</strong>`,
    purposes: { approvals: 'to see what you are asked to approve' },
    connection: 'Where is your account?',
    identifier: {
      email: 'Email address',
      username: 'Username',
      email_or_username: 'Email or username',
    },
    password: 'Password',
    submit: 'Sign in',
    problems: {
      identifier_missing: (kind: IdentifierKind) => `Enter your ${identifierInWords[kind]}`,
      password_missing: () => 'Enter your password',
      connection_missing: () => 'Choose where your account is',
      // The same whichever of the two it is.
      wrong_credentials: (kind: IdentifierKind) =>
        `Wrong ${identifierInWords[kind].replace(' or ', ', ')} or password`,
      too_many_attempts: () => 'Too many attempts. Wait a while, then try again',
      form_expired: () => 'This page was open for too long. Sign in again',
    },
  },

  consent: {
    title: (application: string) => `Allow ${application}?`,
    heading: (application: Content) => html`${application} wants to use your account`,
    thirdParty: 'Third-party application',
    thirdPartyMeans: (application: Content) =>
      html`${application} is made and run by others. Accept only if you know it and asked it to do something
      for you.`,
    user: 'Signed in as',
    organization: 'For the organization',
    api: 'To use',
    destination: 'You return to',
    thisDevice: (host: Content) => html`this device (${host})`,
    installed: (scheme: Content) => html`an app on this device (${scheme})`,
    asks: (application: Content) => html`${application} would be able to`,
    nothing: 'Know that you signed in, and no more.',
    standardScopes: {
      openid: 'Know that you signed in, and recognise you',
      profile: 'See your name, picture and the rest of your profile',
      email: 'See your email address',
      address: 'See your postal address',
      phone: 'See your phone number',
      offline_access: html`<strong>Also while you are away.</strong> Access goes on when you do not use the
        application, until you or an administrator end it.`,
    },
    details: 'In particular',
    accept: 'Accept',
    decline: 'Decline',
    notYou: 'Not you?',
    switchAccount: 'Use another account',
  },

  secondFactor: {
    lead: (application: Content, user: Content, organization?: Content) =>
      html`to continue to <strong>${application}</strong> as
        <strong>${user}</strong>${organization !== undefined && html` of <strong>${organization}</strong>`}`,
    oneTimePasswordTitle: (application: string) => `Verify your identity for ${application}`,
    oneTimePasswordHeading: 'Verify your identity',
    oneTimePasswordLabel: 'Code of your authenticator app',
    oneTimePasswordHint: 'The 6 digits that the app shows now.',
    oneTimePasswordProblems: {
      missing: 'Enter the code that your authenticator app shows',
      // The same whatever is wrong with it.
      wrong: 'Wrong code. Enter the one that the app shows now',
      too_many_attempts: 'Too many attempts. Wait a while, then try again',
      form_expired: 'This page was open for too long. Enter the code that the app shows now',
    },
    noApp: 'App not at hand?',
    useRecoveryCode: 'Use a recovery code',
    recoveryCodeTitle: (application: string) => `Recovery code for ${application}`,
    recoveryCodeHeading: 'Use a recovery code',
    recoveryCodeLabel: 'Recovery code',
    recoveryCodeHint: 'The one that you saved when you set up the authenticator app.',
    recoveryCodeProblems: {
      missing: 'Enter your recovery code',
      wrong: 'Wrong recovery code. Enter the one that you saved last',
      too_many_attempts: 'Too many attempts. Wait a while, then try again',
      form_expired: 'This page was open for too long. Enter your recovery code again',
    },
    useOneTimePassword: 'Use the authenticator app instead',
    enrolmentTitle: (application: string) => `Set up an authenticator app for ${application}`,
    enrolmentHeading: 'Set up an authenticator app',
    enrolmentMeans:
      'From now on you sign in with a code as well, which an app on your phone makes. Any app for one-time passwords will do.',
    scan: 'Scan this with the app',
    qrCode: 'QR code of the key that is written below',
    type: 'Type this key into the app',
    typeInstead: 'Or type this key into it',
    typeHint: 'If the app asks, its codes are based on time. Keep the key to yourself.',
    firstCodeLabel: 'First code of the app',
    newRecoveryCodeTitle: (application: string) => `Your recovery code for ${application}`,
    newRecoveryCodeHeading: 'Save your recovery code',
    newRecoveryCodeMeans:
      'With this code you can sign in once without your authenticator app, if you lose it, and it is shown only now.',
    saved: 'I have saved this code',
    newRecoveryCodeProblems: {
      not_confirmed: 'Save the code, then tick the box',
    },
  },

  deviceApprovals: {
    title: 'Logins to approve',
    request: (application: Content) => html`Sign in to ${application}`,
    user: 'As',
    ipAddress: 'From the address',
    ends: 'Ends',
    endsIn: (minutes: number) => (minutes < 2 ? 'in a minute' : `in ${minutes} minutes`),
    warning: 'Approve only what you have just begun yourself.',
    approve: 'Yes, it is me',
    deny: 'No, refuse it',
    none: 'Nothing waits for you now. This page looks again by itself.',
    outcomes: {
      approved: 'Approved. The login goes on.',
      denied: 'Refused. If you did not begin it, somebody else knows your password: change it.',
      gone: 'That login has been answered or has ended',
    },
    notPaired: {
      title: 'This browser approves no logins',
      lead: 'It has not been paired, or its pairing was taken back.',
    },
    waitTitle: (application: string) => `Approve the login to ${application}`,
    waitHeading: 'Approve on your other device',
    waitLead: (application: Content, user: Content) =>
      html`to continue to <strong>${application}</strong> as <strong>${user}</strong>`,
    open: (address: Content) =>
      html`Open <strong>${address}</strong> in the browser that you have paired, and approve this login. This
        page looks again by itself.`,
    denied: 'The login was refused on your other device, or not answered in time',
    askAgain: 'Ask again',
  },

  pairing: {
    title: 'Approve logins with this browser',
    heading: (user: Content) => html`Use this browser to approve logins of ${user}?`,
    means: 'Requests to sign in as this user can then be approved or refused here.',
    warning: 'Is this your own device?',
    warningMeans:
      'Whoever can open this browser could approve logins of this account. If you did not ask for this link yourself, cancel.',
    pair: 'Yes, use it',
    paired: {
      title: 'This browser can approve logins',
      lead: 'Requests wait for you on a page of their own. Keep its address, as a bookmark for example.',
    },
    approvals: 'Go to the requests',
    cancelled: {
      title: 'This browser was not added',
      lead: 'You cancelled, and nothing was changed. You can close this page.',
    },
    problems: {
      unknown: {
        title: 'This link does not work',
        lead: 'There is no such link here. Perhaps a part of it is missing.',
      },
      expired: {
        title: 'This link has expired',
        lead: 'It was good for a short time only, and nothing was changed.',
      },
      used: {
        title: 'This link has been used',
        lead: 'It is good for one browser, and only once.',
      },
    },
    advice: 'Ask for a new link where you got this one, and open it on the phone that you want to use.',
  },

  approvals: {
    title: (application: string) => `Approve a request of ${application}?`,
    heading: (application: Content) => html`${application} asks for your approval`,
    user: 'Signed in as',
    message: 'Message',
    organization: 'For the organization',
    api: 'To use',
    ends: 'Ends',
    endsAt: (minutes: number, time: Content) =>
      html`in
      ${minutes < 2 ? 'a minute' : minutes < 120 ? `${minutes} minutes` : `${Math.floor(minutes / 60)} hours`}
      (${time})`,
    warning: 'Did you ask for this, and does the message match?',
    warningMeans:
      'Approve only if you began this yourself, or were told that it would come, and the application shows or tells you the very same message. If not, deny it.',
    closed: 'This cannot be approved any more.',
    closedMeans:
      'The application may not have this access, or not for you. You can deny the request, or let it end.',
    asks: (application: Content) => html`${application} would be able to`,
    details: 'In particular',
    approve: 'Approve',
    deny: 'Deny',
    notYou: 'Not you?',
    switchAccount: 'Use another account',
    all: 'See all requests',
    listTitle: 'Requests for your approval',
    listLead: (user: Content) => html`for <strong>${user}</strong>`,
    none: 'Nobody asks for your approval now. A request that comes is shown here when you load this page again.',
    look: (application: Content) => html`Look at the request of ${application}`,
    problems: {
      gone: 'That request has been answered or has ended, or it is for another account',
      second_factor_missing:
        'To approve this you need a second factor, and you have none yet. You are asked to set one up when you sign in to an application',
      changed: 'What is asked has changed since this page was shown. Look at it again',
      form_expired: 'This page was open for too long, or you have signed in anew. Look at it again',
    },
    outcomes: {
      approved: {
        title: 'Approved',
        lead: (application: Content) =>
          html`<strong>${application}</strong> is told so, and goes on without you. You can close this page.`,
      },
      denied: {
        title: 'Denied',
        lead: (application: Content) =>
          html`<strong>${application}</strong> gets no access. You can close this page.`,
      },
    },
  },

  details: {
    nothing: 'none',
    yes: 'yes',
    no: 'no',
  },

  organization: {
    choiceTitle: (application: string) => `Choose an organization for ${application}`,
    choiceHeading: 'Choose an organization',
    choiceLead: (application: Content, user: Content) =>
      html`to continue to <strong>${application}</strong> as <strong>${user}</strong>`,
    choiceLegend: 'Your organizations',
    choiceProblems: {
      not_chosen: 'Choose an organization',
      not_a_member: 'You are not a member of that organization any more. Choose another',
      form_expired: 'This page was open for too long. Choose again',
    },
    nameTitle: (application: string) => `Organization for ${application}`,
    nameHeading: 'Your organization',
    nameLead: (application: Content) => html`to continue to <strong>${application}</strong>`,
    nameLabel: 'Organization name',
    nameHint: 'The short name, in lower case: acme-corp for example.',
    nameProblems: {
      missing: 'Enter the name of your organization',
      unknown: 'There is no organization of this name. Check the spelling',
      form_expired: 'This page was open for too long. Enter the name again',
    },
  },

  device: {
    codeTitle: 'Connect a device',
    codeLead: 'Enter the code that your device shows.',
    codeLabel: 'Code',
    codeHint: 'Capitals, spaces and hyphens do not matter.',
    problems: {
      missing: 'Enter the code that your device shows',
      unknown: 'There is no such code. Check it on your device',
      expired: 'This code has expired. Ask your device for a new one',
      used: 'This code has been used. Ask your device for a new one',
      too_many_attempts: 'Too many attempts. Wait a while, then try again',
    },
    confirmTitle: 'Is this your device?',
    confirmHeading: (application: Content) => html`Connect ${application}?`,
    codeShown: 'Code on the device',
    application: 'Application',
    ipAddress: 'Asked from',
    warning: 'Is this device yours, and in front of you?',
    warningMeans:
      'Go on only if you began this yourself and your device shows this very code. If someone sent you the code or a link to this page, cancel: they are trying to use your account.',
    confirm: 'Yes, connect it',
    outcomes: {
      connected: {
        title: 'Device connected',
        lead: (application?: Content) =>
          application === undefined
            ? 'You can go back to your device and close this page.'
            : html`You can go back to <strong>${application}</strong> on your device and close this page.`,
      },
      cancelled: {
        title: 'Device not connected',
        lead: () => 'You cancelled, and the device got no access. You can close this page.',
      },
      expired: {
        title: 'The code has expired',
        lead: () => 'The device got no access. Ask it for a new code and begin again.',
      },
    },
  },

  logout: {
    title: 'Sign out',
    heading: 'Sign out?',
    lead: (application?: Content, user?: Content) => [
      user !== undefined && html`You are signed in as <strong>${user}</strong>. `,
      application === undefined
        ? 'This ends your session here.'
        : html`<strong>${application}</strong> asks to end your session here.`,
    ],
    confirm: 'Yes, sign out',
    stay: 'Stay signed in',
    done: 'You are signed out',
    doneLead: (application?: Content) =>
      application === undefined
        ? 'You can close this page.'
        : html`You can go back to <strong>${application}</strong>, or close this page.`,
  },

  error: {
    expired: {
      title: 'This page has expired',
      lead: 'The sign-in was finished elsewhere, or took too long.',
      advice: 'Go back to the application and begin again.',
    },
    refused: {
      title: 'Access refused',
      lead: 'The application did not get access to your account.',
      advice:
        'If you think that you should have it, tell the people who run the application what is said below.',
    },
    application: {
      title: 'This request cannot be answered',
      lead: 'The application sent you here with a request that is not right.',
      advice:
        'Nothing is wrong with your account. Tell the people who run the application what is said below.',
    },
    server: {
      title: 'Something went wrong here',
      lead: 'It is not your fault, and nothing was changed.',
      advice:
        'Try again in a few minutes. If it happens again, tell the people who run this server what is said below.',
    },
    code: 'Error',
    description: 'Description',
    reference: 'Reference',
  },
} as const;
