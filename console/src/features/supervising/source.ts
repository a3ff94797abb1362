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
export interface Agent { agentId: string; name: string; status: 'online' | 'busy' | 'away' | 'offline'; reason: string | null; since: string; open: number; capacity: number }
export interface Change { agentId: string; at: string; status: Agent['status']; reason: string | null }

export interface Span { from: string; to: string; status: 'online' | 'busy' | 'away'; reason: string | null }
export interface PresenceDay { agentId: string; name: string; date: string; begin: string; end: string; first: string; last: string; onlineSeconds: number; busySeconds: number; awaySeconds: number; spans: Span[] }
export interface PresenceDays { items: PresenceDay[]; timeZone: string; from: string; to: string }
export interface DayQuery { from?: string | undefined; to?: string | undefined; agent?: string | undefined }

export const supervisingSource = (http: Http) => ({
  board: () => http.get<Board>('/api/v1/supervise/board'),
  agents: async () => (await http.get<{ items: Agent[] }>('/api/v1/presence')).items,
  behind: (figure: Figure, more: { agent?: string | undefined; team?: string | undefined; cursor?: string | undefined }) => http.get<{ items: Row[]; nextCursor?: string }>('/api/v1/supervise/behind', { figure, limit: 30, ...more }),
  history: async (agent: string) => (await http.get<{ items: Change[] }>('/api/v1/presence/history', { agent, limit: 50 })).items,
  days: (query: DayQuery) => http.get<PresenceDays>('/api/v1/presence/days', { ...query }),
  exportDays: (query: DayQuery) => http.download(`/api/v1/presence/days/export?${new URLSearchParams(Object.entries(query).filter((one): one is [string, string] => Boolean(one[1])))}`),
})
export type SupervisingSource = ReturnType<typeof supervisingSource>

const rank = { online: 0, busy: 1, away: 2, offline: 3 }
const since = (one: { longestSince: string | null }) => (one.longestSince ? Date.parse(one.longestSince) : Number.MAX_SAFE_INTEGER)
/** Who is there first; among those, whose customers wait longest. */
export function agentLines(agents: readonly Agent[], board: Board | undefined) {
  const lines = agents.map(agent => ({ ...agent, unanswered: 0, longestSince: null as string | null, ...board?.agents.find(one => one.agentId === agent.agentId) }))
  return lines.sort((a, b) => rank[a.status] - rank[b.status] || since(a) - since(b) || b.open - a.open)
}

/** 75 s → 1:15, 4,000 s → 1:06:40: as a clock, for it changes while one looks. With hours always, for sums of a day. */
export function clockOf(seconds: number, hours = false) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60]
  return (hours || parts[0] ? parts : parts.slice(1)).map((part, i) => (i ? String(part).padStart(2, '0') : String(part))).join(':')
}

export type PeriodName = 'today' | 'yesterday' | 'week' | 'month'
/** As dates. Without an end it is the workspace's today, whatever day it is where one sits. */
export function daysOf(period: PeriodName, now: Date): { from?: string; to?: string } {
  const day = (back: number) => {
    const one = new Date(now.getFullYear(), now.getMonth(), now.getDate() - back)
    return `${one.getFullYear()}-${String(one.getMonth() + 1).padStart(2, '0')}-${String(one.getDate()).padStart(2, '0')}`
  }
  return period === 'today' ? {} : period === 'yesterday' ? { from: day(1), to: day(1) } : { from: day(period === 'week' ? 6 : 29), to: day(0) }
}

export const barOf = { online: 'bg-ok', busy: 'bg-bad', away: 'bg-warn' } as const
export const timeIn = (at: string, zone: string, locale: string) => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone }).format(Date.parse(at))
/** A date that has no time zone of its own any more. */
export const dateOf = (date: string, locale: string) => new Intl.DateTimeFormat(locale, { weekday: 'short', year: 'numeric', month: 'short', day: 'numeric', timeZone: 'UTC' }).format(Date.parse(`${date}T00:00Z`))
