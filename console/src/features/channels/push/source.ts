import type { Http } from '@/api/client'
import type { Schema, Values } from '../platforms/schema'
import type { Probe } from '../platforms/source'

/** A push service of a channel, set up or not. */
export interface PushService {
  service: string; name: string; schema: Schema; enabled: boolean
  /** Null: it is not set up. */
  settings: Record<string, unknown> | null
  secrets: string[]
  devices: number
  lastSentAt: string | null; lastErrorAt: string | null; error: string | null
  /** Until when the webhook's secret before this one signs too. */
  oldSecretUntil: string | null
}
export interface Saved { push: PushService; secret: string | null }

export const pushSource = (http: Http, channel: string) => {
  const at = (below = '') => `/api/v1/channels/${encodeURIComponent(channel)}/push${below}`
  return {
    all: async () => (await http.get<{ items: PushService[] }>(at())).items,
    set: (service: string, settings: Values, enabled: boolean) => http.put<Saved>(at(`/${service}`), { settings, enabled }),
    remove: (service: string) => http.remove(at(`/${service}`)),
    test: (service: string) => http.post<Probe>(at(`/${service}/test`), {}),
    rotate: (overlapHours: number) => http.post<Saved>(at('/webhook/rotate'), { overlapHours }),
  }
}
export type PushSource = ReturnType<typeof pushSource>

export const pushKey = (channel: string) => ['channel-push', channel] as const
