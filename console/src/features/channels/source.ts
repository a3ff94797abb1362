import type { Http } from '@/api/client'
import type { Channel, WebSettings } from '@/api/types'

export interface ChannelDraft { name: string; enabled: boolean; settings: WebSettings }

export interface ChannelSource {
  all(): Promise<Channel[]>
  one(id: string): Promise<Channel>
  create(draft: ChannelDraft): Promise<Channel>
  change(id: string, draft: ChannelDraft): Promise<Channel>
}

export const channelSource = (http: Http): ChannelSource => ({
  all: async () => (await http.get<{ items: Channel[] }>('/api/v1/channels')).items,
  one: id => http.get(`/api/v1/channels/${encodeURIComponent(id)}`),
  create: ({ name, settings }) => http.post('/api/v1/channels', { kind: 'web', name, settings }),
  change: (id, draft) => http.patch(`/api/v1/channels/${encodeURIComponent(id)}`, draft),
})

export const channelsKey = ['channels'] as const
