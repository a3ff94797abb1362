import type { Http } from '@/api/client'
import type { Agent, Session } from '@/api/types'
import type { Page } from './source'

export interface Invitation { id: string; email: string; role: string; roles: string[]; teams: string[]; invitedBy: string | null; createdAt: string; expiresAt: string; expired: boolean }
export interface InvitationMade { invitation: Invitation; link: string; mailed: boolean }
export interface LinkMade { link: string; expiresAt: string; mailed: boolean }
export interface Team { id: string; parentId: string | null; name: string; members: { id: string; name: string; lead: boolean; disabled: boolean }[]; peopleBelow: number }
export interface AgentFilter { q?: string | undefined; role?: string | undefined; team?: string | undefined; state?: string | undefined }
export interface SessionPlace { id: string; browser: string | null; address: string | null; createdAt: string; lastSeenAt: string; expiresAt: string; withSecondFactor: boolean; current: boolean }
export interface AgentChange { name?: string; roles?: string[]; capacity?: number; teams?: string[]; disabled?: boolean }

/** Colleagues, teams and invitations, for whoever manages them. */
export const peopleSource = (http: Http) => ({
  agents: (filter: AgentFilter, cursor?: string | null) => http.get<Page<Agent>>('/api/v1/agents', { ...filter, cursor, limit: 50 }),
  changeAgent: (id: string, change: AgentChange) => http.patch<Agent>(`/api/v1/agents/${id}`, change),
  resetLink: (id: string) => http.post<LinkMade>(`/api/v1/agents/${id}/password-reset`, {}),
  resetFactor: (id: string) => http.remove(`/api/v1/agents/${id}/second-factor`),
  sessions: async (agent?: string) => (await http.get<{ items: SessionPlace[] }>('/api/v1/sessions', { agent })).items,
  endSession: (id: string, agent?: string) => http.remove(`/api/v1/sessions/${id}${agent ? `?agent=${agent}` : ''}`),
  endSessions: (agent?: string) => http.remove(`/api/v1/sessions${agent ? `?agent=${agent}` : ''}`),
  invitations: async () => (await http.get<Page<Invitation>>('/api/v1/invitations', { limit: 200 })).items,
  invite: (email: string, roles: string[], teams: string[]) => http.post<InvitationMade>('/api/v1/invitations', { email, roles, teams }),
  renewInvitation: (id: string) => http.post<InvitationMade>(`/api/v1/invitations/${id}/renew`, {}),
  revokeInvitation: (id: string) => http.remove(`/api/v1/invitations/${id}`),
  teams: async () => (await http.get<{ items: Team[] }>('/api/v1/teams')).items,
  addTeam: (name: string, parentId: string | null) => http.post<Team>('/api/v1/teams', { name, parentId }),
  changeTeam: (id: string, change: { name?: string; parentId?: string | null; members?: { id: string; lead: boolean }[] }) => http.patch<Team>(`/api/v1/teams/${id}`, change),
  giveUpTeam: (id: string) => http.remove(`/api/v1/teams/${id}`),
})
export type PeopleSource = ReturnType<typeof peopleSource>

/** What links are good for, for people who are not signed in. */
export const linkSource = (http: Http) => ({
  invitation: (token: string) => http.post<{ workspace: string; email: string; role: string }>('/api/v1/invitations/look', { token }),
  accept: (token: string, name: string, password: string, locale: string) => http.post<Session>('/api/v1/invitations/accept', { token, name, password, locale }),
  reset: (token: string) => http.post<{ name: string; email: string }>('/api/v1/password-resets/look', { token }),
  useReset: (token: string, password: string) => http.post<void>('/api/v1/password-resets/use', { token, password }),
})

export const teamsKey = ['teams'] as const
export const invitationsKey = ['invitations'] as const
/** How deep a team stands in its tree, from 0. */
export function depthOf(team: Team, teams: readonly Team[]) {
  let depth = 0
  for (let at: Team | undefined = team; at?.parentId && depth < 20; depth++) at = teams.find(one => one.id === at?.parentId)
  return depth
}
/** The team and every team below it: where it cannot be moved to. */
export function withBelow(id: string, teams: readonly Team[]) {
  const found = new Set([id])
  for (let before = 0; before !== found.size;) {
    before = found.size
    for (const team of teams) if (team.parentId && found.has(team.parentId)) found.add(team.id)
  }
  return found
}
