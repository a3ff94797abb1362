import type { ProviderSettings } from './source'

export interface Preset { id: string; name: string; issuer: string; settings: Partial<ProviderSettings> }

/** What the usual providers need. What is no OpenID Connect is not here: DingTalk and WeCom speak OAuth 2.0 of their own and need a bridge. */
export const presets: readonly Preset[] = [
  { id: 'entra', name: 'Microsoft Entra ID', issuer: 'https://login.microsoftonline.com/TENANT-ID/v2.0', settings: {} },
  { id: 'google', name: 'Google', issuer: 'https://accounts.google.com', settings: { groupsClaim: '' } },
  { id: 'okta', name: 'Okta', issuer: 'https://YOUR-ORG.okta.com', settings: { scopes: ['email', 'profile', 'groups'] } },
  { id: 'keycloak', name: 'Keycloak', issuer: 'https://KEYCLOAK/realms/REALM', settings: { groupsClaim: 'groups' } },
  { id: 'authentik', name: 'authentik', issuer: 'https://AUTHENTIK/application/o/APP/', settings: {} },
  { id: 'zitadel', name: 'ZITADEL', issuer: 'https://INSTANCE.zitadel.cloud', settings: {} },
  { id: 'other', name: '', issuer: '', settings: {} },
]

export const emptySettings = (): ProviderSettings => ({
  scopes: ['email', 'profile'],
  trustsEmails: false,
  linksByEmail: false,
  createsAccounts: true,
  domains: [],
  defaultRole: 'agent',
  groupsClaim: 'groups',
  groups: [],
  keepsInStep: true,
  trustsSecondFactor: true,
  signsOutThere: false,
})

/** Words that somebody typed with spaces, commas or lines between. */
export const words = (text: string) => text.split(/[\s,;\uff0c\u3001\uff1b]+/).filter(Boolean)
