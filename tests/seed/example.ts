// One tenant in both formats of auth0-deploy-cli.

import { createPublicKey, generateKeyPairSync } from 'node:crypto';

const pem = createPublicKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
  .export({ type: 'spki', format: 'pem' })
  .toString();

export const yaml = `
resourceServers:
  - name: Orders
    identifier: https://orders.example.com/
    scopes:
      - {value: read:orders, description: Read orders}
      - {value: write:orders}
    token_lifetime: 3600
    subject_type_authorization:
      user: {policy: require_client_grant}
      client: {policy: require_client_grant}
  - name: Auth0 Management API
    identifier: https://x.eu.auth0.com/api/v2/
  - name: Auth0 My Account API
    identifier: https://x.eu.auth0.com/me/
    is_system: true
    token_lifetime: 900
clients:
  - name: Nightly job
    client_id: nightly-job
    client_secret: the secret of the job in ##STAGE##
    app_type: non_interactive
    grant_types: [client_credentials]
    token_endpoint_auth_method: client_secret_post
    client_metadata: {team: billing}
    jwt_configuration: {alg: RS256, lifetime_in_seconds: 36000}
  - name: Shop
    app_type: regular_web
    callbacks: @@CALLBACKS@@
    custom_login_page: ./login.html
    oidc_backchannel_logout: {backchannel_logout_urls: [https://shop.example.com/out]}
  - name: Signer
    app_type: non_interactive
    client_authentication_methods:
      private_key_jwt:
        credentials:
          - name: first key
            credential_type: public_key
            pem: @@PEM@@
  - name: Partner
    app_type: regular_web
    is_first_party: false
clientGrants:
  - client_id: Nightly job
    audience: https://orders.example.com/
    scope: [read:orders]
    organization_usage: allow
  - client_id: Nightly job
    audience: https://orders.example.com/
    subject_type: user
    scope: [read:orders]
  - client_id: Nightly job
    audience: https://x.eu.auth0.com/api/v2/
    scope: [read:clients]
  - default_for: third_party_clients
    client_id: undefined_clientId
    audience: https://orders.example.com/
    subject_type: user
    scope: [read:orders]
roles:
  - name: Clerk
    description: Keeps the orders
    permissions:
      - {resource_server_identifier: https://orders.example.com/, permission_name: read:orders}
organizations:
  - name: acme
    display_name: Acme
    metadata: {plan: gold}
    client_grants:
      - client_id: Nightly job
`;
export const login = '<h1>Log in to ##STAGE##</h1>';
export const env = {
  STAGE: 'test',
  AUTH0_DOMAIN: 'x.eu.auth0.com',
  AUTH0_KEYWORD_REPLACE_MAPPINGS: JSON.stringify({ CALLBACKS: ['https://a.example.com/'], PEM: pem }),
};

/** The same as a directory, with one file for each object. */
export const directory = {
  'resource-servers/Orders.json': `{
    "name": "Orders", "identifier": "https://orders.example.com/", "token_lifetime": 3600,
    "scopes": [{"value": "read:orders", "description": "Read orders"}, {"value": "write:orders"}],
    "subject_type_authorization": {
      "user": {"policy": "require_client_grant"}, "client": {"policy": "require_client_grant"}
    }
  }`,
  'resource-servers/My Account.json':
    '{"name": "Auth0 My Account API", "identifier": "https://x.eu.auth0.com/me/", "is_system": true, "token_lifetime": 900}',
  'resource-servers/empty.json': '{}',
  'clients/Nightly job.json': `{
    "name": "Nightly job", "client_id": "nightly-job", "client_secret": "the secret of the job in ##STAGE##",
    "app_type": "non_interactive", "grant_types": ["client_credentials"],
    "token_endpoint_auth_method": "client_secret_post", "client_metadata": {"team": "billing"},
    "jwt_configuration": {"alg": "RS256", "lifetime_in_seconds": 36000}
  }`,
  'clients/Shop.json': `{
    "name": "Shop", "app_type": "regular_web", "callbacks": @@CALLBACKS@@, "custom_login_page": "./login.html",
    "oidc_backchannel_logout": {"backchannel_logout_urls": ["https://shop.example.com/out"]}
  }`,
  'clients/login.html': login,
  'clients/Signer.json': `{
    "name": "Signer", "app_type": "non_interactive", "client_authentication_methods": {"private_key_jwt": {
      "credentials": [{"name": "first key", "credential_type": "public_key", "pem": "@@PEM@@"}]
    }}
  }`,
  'clients/Partner.json': '{"name": "Partner", "app_type": "regular_web", "is_first_party": false}',
  'grants/1.json':
    '{"client_id": "Nightly job", "audience": "https://orders.example.com/", "scope": ["read:orders"], "organization_usage": "allow"}',
  'grants/2.json':
    '{"client_id": "Nightly job", "audience": "https://orders.example.com/", "scope": ["read:orders"], "subject_type": "user"}',
  'grants/3.json':
    '{"client_id": "Nightly job", "audience": "https://x.eu.auth0.com/api/v2/", "scope": ["read:clients"]}',
  'grants/4.json':
    '{"default_for": "third_party_clients", "audience": "https://orders.example.com/", "subject_type": "user", "scope": ["read:orders"]}',
  'roles/Clerk.json':
    '{"name": "Clerk", "description": "Keeps the orders", "permissions": [{"resource_server_identifier": "https://orders.example.com/", "permission_name": "read:orders"}]}',
  'organizations/acme.json':
    '{"name": "acme", "display_name": "Acme", "metadata": {"plan": "gold"}, "client_grants": [{"client_id": "Nightly job"}]}',
};
