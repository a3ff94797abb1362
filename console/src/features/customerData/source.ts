import type { Http } from '@/api/client'
import type { MessageCard } from '@/api/types'

export interface Fact { label: string; value: string }
export interface ShopUser { id: string; name: string | null; phone: string | null; email: string | null; level: string | null; since: string | null; tags: string[] | null; facts: Fact[] | null }
export interface ShopItem { id: string; name: string; quantity: number; price: number; variant: string | null; image: string | null; url: string | null }
export interface ShipmentEvent { at: string; text: string; place: string | null }
export interface Shipment { carrier: string; number: string; status: string; statusText: string | null; events: ShipmentEvent[] | null }
export interface Refund { id: string; status: string; amount: number; kind: string; statusText: string | null; reason: string | null; requestedAt: string | null; doneAt: string | null }
export interface Order {
  id: string; status: string; createdAt: string; currency: string; total: number; items: ShopItem[]; statusText: string | null; paidAt: string | null
  shipping: number | null; discount: number | null; receiver: { name: string | null; phone: string | null; address: string | null } | null
  shipments: Shipment[] | null; refunds: Refund[] | null; url: string | null; note: string | null
}
export interface Product { id: string; name: string; price: number; currency: string; variant: string | null; description: string | null; image: string | null; url: string | null; facts: Fact[] | null }
export interface Trouble { code: string; detail: string | null }
export type DataState = 'off' | 'unknown' | 'fresh' | 'stale' | 'failed'
export interface CustomerData { state: DataState; user: ShopUser | null; orders: Order[]; fetchedAt: string | null; trouble: Trouble | null; revealable: string[] }

export const entryKinds = ['order', 'shipment', 'refund', 'refund_kind', 'level'] as const
export const tones = ['neutral', 'ok', 'warn', 'bad'] as const
export interface Entry { kind: (typeof entryKinds)[number]; code: string; zh: string; en: string; tone: (typeof tones)[number] }
export interface About { enabled: boolean; source: 'http' | 'demo'; dictionary: Entry[] }
export interface Settings { enabled: boolean; source: 'http' | 'demo'; url: string; timeoutMs: number; freshSeconds: number; keepDays: number; unverified: boolean; dictionary: Entry[] }
export interface SettingsView { settings: Settings; hasSecret: boolean }
export interface TestResult { ok: boolean; milliseconds: number; userFound: boolean; orders: number; trouble: Trouble | null; message: string | null; faults: { path: string; message: string }[] }

export interface Looking { now: SeenPage | null; product: Product | null; claimed: boolean; orderId: string | null; visits: SeenPage[] | null }
export interface SeenPage { url: string; title: string | null; at: string }

export const lookingKey = (contact: string) => ['looking', contact] as const
export const dataKey = (contact: string) => ['customer-data', contact] as const
export const aboutKey = ['customer-data-about'] as const
export const settingsKey = ['customer-data-settings'] as const

export const customerDataSource = (http: Http) => {
  const of = (contact: string, below = '') => `/api/v1/contacts/${encodeURIComponent(contact)}/customer-data${below}`
  const own = '/api/v1/customer-data'
  return {
    about: () => http.get<About>(own),
    one: (contact: string, refresh = false) => http.get<CustomerData>(of(contact), refresh ? { refresh: 'true' } : {}),
    reveal: (contact: string, fields: string[], reason: string) => http.post<CustomerData>(of(contact, '/reveal'), { fields, reason }),
    looking: (contact: string) => http.get<Looking>(`/api/v1/contacts/${encodeURIComponent(contact)}/looking`),
    /** A card goes as a message; the server writes its words. */
    sendCard: (conversation: string, clientId: string, card: MessageCard) => http.post(`/api/v1/conversations/${encodeURIComponent(conversation)}/messages`, { clientId, card }),
    products: (q: string) => http.get<{ items: Product[]; trouble: Trouble | null }>(`${own}/products`, { q }),
    settings: () => http.get<SettingsView>(`${own}/settings`),
    change: (settings: Settings) => http.put<SettingsView>(`${own}/settings`, settings),
    newSecret: async () => (await http.post<{ secret: string }>(`${own}/settings/secret`, {})).secret,
    test: (kind: string, value: string) => http.post<TestResult>(`${own}/settings/test`, { kind, value }),
  }
}
export type CustomerDataSource = ReturnType<typeof customerDataSource>
