import type { Http } from '@/api/client'

export const presenceStatuses = ['online', 'busy', 'away', 'offline'] as const
export type PresenceStatus = (typeof presenceStatuses)[number]

export const presenceDots: Record<PresenceStatus, string> = { online: 'bg-ok', busy: 'bg-bad', away: 'bg-warn', offline: 'bg-field' }

export interface Presence {
  agentId: string
  name: string
  status: PresenceStatus
  reason: string | null
  since: string
  open: number
  capacity: number
}

export interface Routing {
  mode: 'manual' | 'automatic'
  requeueAfterMinutes: number | null
}

export const presenceKey = ['presence'] as const
export const routingKey = ['routing'] as const

export const routingSource = (http: Http) => ({
  presence: () => http.get<{ items: Presence[] }>('/api/v1/presence').then(answer => answer.items),
  choose: (status: PresenceStatus, reason?: string) => http.patch<Presence>('/api/v1/presence', { status, ...(reason ? { reason } : {}) }),
  routing: () => http.get<Routing>('/api/v1/routing'),
  change: (routing: Routing) => http.patch<Routing>('/api/v1/routing', routing),
})
