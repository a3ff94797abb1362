import type { Http } from '@/api/client'

export const jobStates = ['waiting', 'behind', 'running', 'done', 'dead', 'discarded', 'cancelled'] as const
export type JobState = (typeof jobStates)[number]

export interface Reason { code: string; text: string }

export interface Job {
  id: string
  kind: string
  kindName: string
  state: JobState
  lane?: string | null
  runAt: string
  tries: number
  reason?: Reason | null
  progress?: { done: number; total?: number | null; text?: string | null } | null
  createdAt: string
  startedAt?: string | null
  finishedAt?: string | null
  cancelAsked: boolean
}

export interface Parked { listener: string; title: string; conversationId: string; seq: number; tries: number; reason: Reason; parkedAt: string }

export interface Summary {
  kinds: { name: string; title: string; counts: Partial<Record<JobState, number>> }[]
  listeners: { name: string; title: string; lag: number; held: number; parked: number }[]
  schedules: { name: string; title: string; rule: string; timeZone: string; nextAt: string; lastAt?: string | null; server: boolean }[]
}

export interface ServerNode {
  id: string
  name: string
  version: string
  state: 'serving' | 'draining' | 'stopped' | 'lost'
  startedAt: string
  seenSecondsAgo: number
  connections: number
  cpuMilli: number
  cpus: number
  memoryBytes: number
  bus: 'rabbitmq' | 'postgres' | 'looking' | 'alone'
  isThis: boolean
}

export interface Nodes { items: ServerNode[]; scale: { serving: number; wanted: number; reason: 'floor' | 'cpu' | 'connections' | 'queue_lag' } }

export interface Page<T> { items: T[]; nextCursor?: string | null }

export interface BackgroundSource {
  summary(): Promise<Summary>
  nodes(): Promise<Nodes>
  jobs(state: JobState | '', kind: string, cursor: string | null): Promise<Page<Job>>
  act(id: string, act: 'replay' | 'discard' | 'cancel'): Promise<Job>
  replayKind(kind: string): Promise<{ count: number }>
  parked(cursor: string | null): Promise<Page<Parked>>
  actOnParked(entry: Parked, act: 'replay' | 'discard'): Promise<void>
}

export const backgroundSource = (http: Http): BackgroundSource => ({
  summary: () => http.get('/api/v1/jobs/summary'),
  nodes: () => http.get('/api/v1/nodes'),
  jobs: (state, kind, cursor) => http.get('/api/v1/jobs', { state: state || null, kind: kind || null, cursor, limit: 50 }),
  act: (id, act) => http.post(`/api/v1/jobs/${encodeURIComponent(id)}/${act}`, {}),
  replayKind: kind => http.post('/api/v1/jobs/replay', { kind }),
  parked: cursor => http.get('/api/v1/listeners/parked', { cursor, limit: 50 }),
  actOnParked: ({ listener, conversationId, seq }, act) => http.post(`/api/v1/listeners/parked/${act}`, { listener, conversationId, seq }),
})

export const backgroundKey = ['background'] as const
