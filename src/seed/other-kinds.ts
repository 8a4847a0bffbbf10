// What auth0-deploy-cli 8.44.0 writes beside the kinds that a seed here can have (its lib/context/directory/handlers and
// lib/tools/constants.js): names for warnings. Kinds that the server takes stand in kinds/ and win over these lists.

/** By the name that YAML has: the folder, or the file, of a directory; null for what is in a folder of another kind. */
export const otherKinds: Readonly<Record<string, string | null>> = {
  actionModules: 'action-modules',
  attackProtection: 'attack-protection',
  branding: 'branding',
  clientAuthCredentials: null,
  connectionProfiles: 'connection-profiles',
  customDomains: 'custom-domains',
  emailProvider: null,
  emailTemplates: 'emails',
  eventStreams: 'event-streams',
  flowVaultConnections: 'flow-vault-connections',
  flows: 'flows',
  forms: 'forms',
  guardianFactorProviders: 'guardian/providers',
  guardianFactorTemplates: 'guardian/templates',
  guardianPhoneFactorMessageTypes: 'guardian/phoneFactorMessageTypes.json',
  guardianPhoneFactorSelectedProvider: 'guardian/phoneFactorSelectedProvider.json',
  hooks: 'hooks',
  logStreams: 'log-streams',
  networkACLs: 'network-acls',
  pages: 'pages',
  phoneProviders: 'phone-providers',
  phoneTemplates: 'phone-templates',
  prompts: 'prompts',
  rateLimitPolicies: 'rate-limit-policies',
  riskAssessment: 'risk-assessment',
  rules: 'rules',
  rulesConfigs: 'rules-configs',
  selfServiceProfiles: 'self-service-profiles',
  supplementalSignals: 'supplemental-signals',
  themes: 'themes',
  userAttributeProfiles: 'user-attribute-profiles',
};

/** The kind that is in each folder. */
export const otherFolders: Readonly<Record<string, string | undefined>> = Object.fromEntries(
  Object.entries(otherKinds).flatMap(([type, folder]) => (folder === null ? [] : [[folder, type]])),
);
