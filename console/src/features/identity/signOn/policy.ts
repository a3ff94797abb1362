import type { Http } from '@/api/client'

export interface AllowedNetwork { network: string; note: string | null }
/** Null: as the server is set. */
export interface SessionRules { mostSessions: number | null; idleMinutes: number | null; trustDays: number | null }
export interface Policy { ssoOnly: boolean; breakGlass: string | null; providers: number; unlinked: number; networks: AllowedNetwork[]; yourAddress: string | null; sessions: SessionRules }
export interface ScimToken { id: string; name: string; hint: string; madeBy: string; defaultRole: string; createdAt: string; lastUsedAt: string | null }
export interface ScimGroup { id: string; name: string; members: number; role: string | null; team: string | null }
export interface ScimOverview { url: string | null; tokens: ScimToken[]; groups: ScimGroup[] }

/** Who may sign in from where, and the directory. */
export const rulesSource = (http: Http) => ({
  policy: () => http.get<Policy>('/api/v1/sign-in-policy'),
  setNetworks: (networks: AllowedNetwork[]) => http.patch<Policy>('/api/v1/sign-in-policy', { networks }),
  setSessions: (sessions: SessionRules) => http.patch<Policy>('/api/v1/sign-in-policy', { sessions }),
  scim: () => http.get<ScimOverview>('/api/v1/scim'),
  addToken: (name: string, defaultRole: string) => http.post<{ token: string; row: ScimToken }>('/api/v1/scim/tokens', { name, defaultRole }),
  revokeToken: (id: string) => http.remove(`/api/v1/scim/tokens/${id}`),
  mapGroup: (id: string, role: string | null, team: string | null) => http.patch<ScimGroup>(`/api/v1/scim/groups/${id}`, { role, team }),
})
export type RulesSource = ReturnType<typeof rulesSource>

export const scimKey = ['scim'] as const

/** One a line: the network, then what it is. */
export function readNetworks(text: string): AllowedNetwork[] {
  return text.split('\n').map(line => line.trim()).filter(Boolean).map(line => {
    const [network = '', ...note] = line.split(/\s+/)
    return { network, note: note.join(' ') || null }
  })
}
export const writeNetworks = (networks: readonly AllowedNetwork[]) => networks.map(one => (one.note ? `${one.network} ${one.note}` : one.network)).join('\n')
