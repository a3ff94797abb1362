import type { Http } from '@/api/client'
import type { Receipt } from '@/api/types'
import type { Mark } from '@/lib/formatted'

/** Another channel by which a customer can be answered. */
export interface Way {
  channelId: string; kind: string; name: string
  /** With whom a conversation is begun there. */
  contactId: string
  /** What is still going on there. */
  conversationId: string | null
  canSend: boolean; reason: string | null; until: string | null
  /** Left out on the wire where there is no limit. */
  remaining?: number | null; mostText?: number | null; after?: string | null
  /** Marks that its customers see; left out where there are none. */
  shows?: readonly Mark[] | null
}

export const waysSource = (http: Http) => ({
  of: async (id: string) => (await http.get<{ items: Way[] }>(`/api/v1/conversations/${encodeURIComponent(id)}/ways`)).items,
  write: (way: Way, text: string, clientId: string, format?: 'markdown') => http.post<Receipt & { conversationId?: string }>('/api/v1/conversations', { contactId: way.contactId, channelId: way.channelId, text, clientId, ...(format ? { format } : {}) }),
  makeCode: (contact: string) => http.post<{ code: string; expiresAt: string }>(`/api/v1/contacts/${encodeURIComponent(contact)}/links`, {}),
})

export const waysKey = (id: string) => ['ways', id] as const
