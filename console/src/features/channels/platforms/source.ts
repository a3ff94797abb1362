import type { Http } from '@/api/client'
import type { Schema, Values } from './schema'

export interface Rule { trigger: string; hours: number; messages: number | null; tag: string | null }
export interface Kind {
  kind: string; name: string; settings: Schema; abilities: string[]; consoleUrl: string | null; manualUrl: string | null
  hasWebhook: boolean; receives: string[]; rules: Rule[]; afterWindow: string | null
}
export interface Platform { id: string; kind: string; name: string; enabled: boolean; settings: Record<string, unknown>; secrets: string[]; createdAt: string; hookUrl: string | null }
export interface Probe { ok: boolean; account: string | null; class: string | null; code: string | null; reason: string | null; detail: string | null }

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
  }
}
export type PlatformSource = ReturnType<typeof platformSource>

export const kindsKey = ['channel-kinds'] as const
