import type { Http } from '@/api/client'

export type Verdict = 'ok' | 'warn' | 'fail'

export interface Check { name: string; status: Verdict; ms: number; code?: string | null; detail?: Record<string, number> | null }

export interface SystemState {
  versions: { queqiao: string; runtime: string; system: string; database: string; startedAt: string }
  health: { status: string; checks: Check[] }
  queues: { kind: string; title: string; due: number; running: number; dead: number; oldestSeconds: number }[]
  listeners: { name: string; title: string; lag: number }[]
  slow: { text: string; times: number; totalMs: number; longestMs: number; lastAt: string }[]
  slowFromMs: number
  damaged: { what: 'entry' | 'conversation' | 'file' | 'database'; where: string; times: number; firstAt: string; lastAt: string }[]
}

export interface Finding { topic: string; verdict: Verdict; code: string; text: string }

export interface Invariant { no: number; state: 'holds' | 'broken' | 'nothing'; checkedAt: string; looked: number; broken: number; sample: string[]; tookMs: number }

export interface SystemSource {
  state(): Promise<SystemState>
  examine(): Promise<{ findings: Finding[] }>
  /** What must hold at every moment, as it was when somebody last looked. */
  invariants(): Promise<Invariant[]>
  look(): Promise<Invariant[]>
}

export const systemSource = (http: Http): SystemSource => ({
  state: () => http.get('/api/v1/system'),
  examine: () => http.post('/api/v1/system/examine', {}),
  invariants: async () => (await http.get<{ items: Invariant[] }>('/api/v1/system/invariants')).items,
  look: async () => (await http.post<{ items: Invariant[] }>('/api/v1/system/invariants', {})).items,
})
