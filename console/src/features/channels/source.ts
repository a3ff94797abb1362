import type { Http } from '@/api/client'
import type { Channel, WebSettings } from '@/api/types'

export interface ChannelDraft { name: string; enabled: boolean; settings: WebSettings }

export type Purpose = 'marketing' | 'analytics' | 'sensitive' | 'third_party' | 'cross_border'
export const purposes: readonly Purpose[] = ['marketing', 'analytics', 'sensitive', 'third_party', 'cross_border']
export interface Notice { locale: 'zh-CN' | 'en'; version: number; hash: string; text: string; purposes: Partial<Record<Purpose, string>>; current: boolean; createdAt: string }
export type NoticeDraft = Pick<Notice, 'locale' | 'text' | 'purposes'>

export const algorithms = ['HS256', 'RS256', 'ES256'] as const
export type Algorithm = (typeof algorithms)[number]
export interface UserKey { id: string; algorithm: Algorithm; createdAt: string; endsAt: string | null; live: boolean }
export interface NewUserKey { algorithm: Algorithm; publicKey?: string; overlapHours: number }

export interface ChannelSource {
  all(): Promise<Channel[]>
  one(id: string): Promise<Channel>
  create(draft: ChannelDraft): Promise<Channel>
  change(id: string, draft: ChannelDraft): Promise<Channel>
  /** Changes some settings and leaves the others as they are. */
  set(channel: Channel, settings: Partial<WebSettings>): Promise<Channel>
  notices(id: string): Promise<Notice[]>
  publish(id: string, draft: NoticeDraft): Promise<Notice>
  keys(id: string): Promise<UserKey[]>
  addKey(id: string, key: NewUserKey): Promise<UserKey & { secret: string | null }>
  endKey(id: string, key: string): Promise<void>
}

export const channelSource = (http: Http): ChannelSource => ({
  all: async () => (await http.get<{ items: Channel[] }>('/api/v1/channels')).items,
  one: id => http.get(`/api/v1/channels/${encodeURIComponent(id)}`),
  create: ({ name, settings }) => http.post('/api/v1/channels', { kind: 'web', name, settings }),
  change: (id, draft) => http.patch(`/api/v1/channels/${encodeURIComponent(id)}`, draft),
  set: (channel, settings) => http.patch(`/api/v1/channels/${channel.id}`, { settings: { ...channel.settings, ...settings } }),
  notices: async id => (await http.get<{ items: Notice[] }>(`/api/v1/channels/${encodeURIComponent(id)}/notices`)).items,
  publish: (id, draft) => http.post(`/api/v1/channels/${encodeURIComponent(id)}/notices`, draft),
  keys: async id => (await http.get<{ items: UserKey[] }>(`/api/v1/channels/${encodeURIComponent(id)}/user-keys`)).items,
  addKey: (id, key) => http.post(`/api/v1/channels/${encodeURIComponent(id)}/user-keys`, key),
  endKey: (id, key) => http.remove(`/api/v1/channels/${encodeURIComponent(id)}/user-keys/${key}`),
})

export const channelsKey = ['channels'] as const
