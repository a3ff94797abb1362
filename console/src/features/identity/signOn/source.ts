import type { Http } from '@/api/client'
import type { Session } from '@/api/types'

export interface SignInProvider { id: string; name: string; preset: string }
export interface SignInWays { password: boolean; providers: SignInProvider[]; rememberDays: number }
export interface ProofWays { password: boolean; otp: boolean; passkey: boolean; providers: SignInProvider[] }
export interface GroupMapping { group: string; role: string | null; teams: string[] }
export interface ProviderSettings {
  scopes: string[]
  trustsEmails: boolean
  linksByEmail: boolean
  createsAccounts: boolean
  domains: string[]
  defaultRole: string
  groupsClaim: string
  groups: GroupMapping[]
  keepsInStep: boolean
  trustsSecondFactor: boolean
  signsOutThere: boolean
}
export interface Provider { id: string; name: string; preset: string; issuer: string; clientId: string; hasSecret: boolean; enabled: boolean; settings: ProviderSettings; people: number; createdAt: string }
export interface ProviderList { items: Provider[]; redirectUri: string | null; logoutUri: string | null; signedOutUri: string | null }
export interface ProviderChange { name?: string; issuer?: string; clientId?: string; clientSecret?: string; enabled?: boolean; settings?: ProviderSettings }
export interface Tested { issuer: string; authorizationEndpoint: string; pkce: boolean; keys: number; signsOutThere: boolean; client: 'right' | 'wrong' | 'unknown'; clientError: string | null }
export interface Seen { subject: string; email: string | null; emailVerified: boolean; name: string | null; groups: string[] | null; outcome: string; roles: string[] }
export interface SignOnAnswer { kind: 'signed_in' | 'linked' | 'proven' | 'tried'; back: string | null; session: Session | null; seen: Seen | null }
export interface LinkedIdentity { id: string; provider: SignInProvider; createdAt: string; lastUsedAt: string | null }
export interface SignInPolicy { ssoOnly: boolean; breakGlass: string | null; providers: number; unlinked: number }
export interface RoleChoice { id: string; name: string; builtIn: boolean; mayGive: boolean }

/** Sign-in by providers: what is public, one's own, and the administrators' side. */
export const signOnSource = (http: Http) => ({
  ways: () => http.get<SignInWays>('/api/v1/session/options'),
  begin: async (providerId: string, back?: string) => (await http.post<{ url: string }>('/api/v1/sso/begin', { providerId, back: back ?? null })).url,
  complete: (answer: { state: string; code?: string; error?: string; iss?: string }) => http.post<SignOnAnswer>('/api/v1/sso/complete', answer),
  proofWays: () => http.get<ProofWays>('/api/v1/session/proof'),
  beginProof: async (providerId: string) => (await http.post<{ url: string }>('/api/v1/session/proof/sso', { providerId })).url,
  identities: () => http.get<{ items: LinkedIdentity[]; others: SignInProvider[] }>('/api/v1/me/identities'),
  link: async (providerId: string) => (await http.post<{ url: string }>('/api/v1/me/identities', { providerId, back: '/settings/security' })).url,
  unlink: (id: string) => http.remove(`/api/v1/me/identities/${id}`),
  providers: () => http.get<ProviderList>('/api/v1/sso/providers'),
  add: (provider: ProviderChange & { preset: string }) => http.post<Provider>('/api/v1/sso/providers', provider),
  change: (id: string, change: ProviderChange) => http.patch<Provider>(`/api/v1/sso/providers/${id}`, change),
  remove: (id: string) => http.remove(`/api/v1/sso/providers/${id}`),
  test: (id: string) => http.post<Tested>(`/api/v1/sso/providers/${id}/test`, {}),
  tryOut: async (id: string) => (await http.post<{ url: string }>(`/api/v1/sso/providers/${id}/try`, {})).url,
  policy: () => http.get<SignInPolicy>('/api/v1/sign-in-policy'),
  changePolicy: (change: Partial<Pick<SignInPolicy, 'ssoOnly' | 'breakGlass'>>) => http.patch<SignInPolicy>('/api/v1/sign-in-policy', change),
  roles: async () => (await http.get<{ items: RoleChoice[] }>('/api/v1/roles')).items,
})
export type SignOnSource = ReturnType<typeof signOnSource>

export const providersKey = ['sso', 'providers'] as const
export const policyKey = ['sign-in-policy'] as const
export const identitiesKey = ['me', 'identities'] as const

/** Where the window that asks a provider for a proof says that it was given. The two windows cannot reach each other otherwise (COOP). */
export const proofChannel = 'queqiao.proof'
