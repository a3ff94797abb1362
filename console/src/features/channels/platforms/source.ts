import type { Http } from '@/api/client'
import type { Schema, Values } from './schema'

export interface Rule { trigger: string; hours: number; messages: number | null; tag: string | null }
export interface Kind {
  kind: string; name: string; settings: Schema; abilities: string[]; consoleUrl: string | null; manualUrl: string | null
  hasWebhook: boolean; authorises: boolean; receives: string[]; rules: Rule[]; afterWindow: string | null
}
export interface Platform { id: string; kind: string; name: string; enabled: boolean; settings: Record<string, unknown>; secrets: string[]; createdAt: string; hookUrl: string | null }
export interface Probe { ok: boolean; account: string | null; class: string | null; code: string | null; reason: string | null; detail: string | null }
export type HealthState = 'ok' | 'waiting' | 'warning' | 'failing' | 'off'
export interface Health {
  state: HealthState; todo: { code: string; text: string }[]
  lastInAt: string | null; lastOutAt: string | null; tokenExpiresAt: string | null; consentUntil?: string | null; pausedUntil: string | null
  /** Of a channel that the server connects by itself; else nothing. */
  connected?: boolean | null
  /** Of the last hour. */
  sent: number; failed: number
  pending: number; parked: number
  lastRefused: { at: string; why: string; count: number } | null
  lastError: { at: string; class: string; code: string; reason: string } | null
}
export interface Authorised { channelId: string; ok: boolean; account: string | null; code: string | null; reason: string | null; detail: string | null; left?: string | null }
export interface HookTest { ok: boolean; result: string; text: string }

/** Every kind of channel but the chat window. */
export const platformSource = (http: Http) => {
  const at = (id: string, below = '') => `/api/v1/channels/${encodeURIComponent(id)}${below}`
  return {
    kinds: async () => (await http.get<{ items: Kind[] }>('/api/v1/channel-kinds')).items,
    one: (id: string) => http.get<Platform>(at(id)),
    create: (kind: string, name: string, settings: Values) => http.post<Platform>('/api/v1/channels', { kind, name, settings }),
    change: (id: string, draft: { name?: string; enabled?: boolean; settings?: Values }) => http.patch<Platform>(at(id), draft),
    remove: (id: string) => http.remove(at(id)),
    test: (id: string) => http.post<Probe>(at(id, '/test'), {}),
    authorise: (id: string) => http.post<{ url: string; redirectUri: string }>(at(id, '/authorise'), {}),
    authorised: (back: { state?: string; code?: string; error?: string; errorDescription?: string }) => http.post<Authorised>('/api/v1/channels/authorised', back),
    testHook: (id: string) => http.post<HookTest>(at(id, '/test-webhook'), {}),
    health: (id: string) => http.get<Health>(at(id, '/health')),
    readAgain: async (id: string) => (await http.post<{ count: number }>(at(id, '/parked/retry'), {})).count,
  }
}
export type PlatformSource = ReturnType<typeof platformSource>

export const kindsKey = ['channel-kinds'] as const
export const healthKey = (id: string) => ['channel-health', id] as const

export const tones = { ok: 'ok', waiting: 'plain', warning: 'warn', failing: 'bad', off: 'plain' } as const

/** How many of a hundred messages of the last hour did not go out; null: none went. */
export function failureRate(health: Pick<Health, 'sent' | 'failed'>): number | null {
  const all = health.sent + health.failed
  return all ? Math.round((health.failed * 100) / all) : null
}
