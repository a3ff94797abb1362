import type { Http } from '@/api/client'
import type { Row } from '@/api/types'

export const figures = ['waiting', 'queued', 'unanswered', 'open', 'started', 'resolved', 'rated', 'answered'] as const
export type Figure = (typeof figures)[number]
export interface Board {
  queued: number; unanswered: number; open: number; longestSince: string | null
  today: { started: number; resolved: number; rated: number; rating: number | null; firstAnswerSeconds: number | null; answered: number }
  teams: { teamId: string | null; name: string | null; queued: number; unanswered: number; longestSince: string | null }[]
  agents: { agentId: string; open: number; unanswered: number; longestSince: string | null }[]
  midnight: string; at: string
}
export interface Agent { agentId: string; name: string; status: 'online' | 'away' | 'offline'; reason: string | null; since: string; open: number; capacity: number }
export interface Change { agentId: string; at: string; status: Agent['status']; reason: string | null }

export const supervisingSource = (http: Http) => ({
  board: () => http.get<Board>('/api/v1/supervise/board'),
  agents: async () => (await http.get<{ items: Agent[] }>('/api/v1/presence')).items,
  behind: (figure: Figure, more: { agent?: string | undefined; team?: string | undefined; cursor?: string | undefined }) => http.get<{ items: Row[]; nextCursor?: string }>('/api/v1/supervise/behind', { figure, limit: 30, ...more }),
  history: async (agent: string) => (await http.get<{ items: Change[] }>('/api/v1/presence/history', { agent, limit: 50 })).items,
})
export type SupervisingSource = ReturnType<typeof supervisingSource>

const rank = { online: 0, away: 1, offline: 2 }
const since = (one: { longestSince: string | null }) => (one.longestSince ? Date.parse(one.longestSince) : Number.MAX_SAFE_INTEGER)
/** Who is there first; among those, whose customers wait longest. */
export function agentLines(agents: readonly Agent[], board: Board | undefined) {
  const lines = agents.map(agent => ({ ...agent, unanswered: 0, longestSince: null as string | null, ...board?.agents.find(one => one.agentId === agent.agentId) }))
  return lines.sort((a, b) => rank[a.status] - rank[b.status] || since(a) - since(b) || b.open - a.open)
}

/** 75 s → 1:15, 4,000 s → 1:06:40: as a clock, for it changes while one looks. */
export function clockOf(seconds: number) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60]
  return (parts[0] ? parts : parts.slice(1)).map((part, i) => (i ? String(part).padStart(2, '0') : String(part))).join(':')
}
