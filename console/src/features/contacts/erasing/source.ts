import type { Http } from '@/api/client'

/** Store to count; which stores there are is the server's to say. */
export type Receipt = Readonly<Record<string, number>>
export interface Erasure { id: string; contactId: string; contactIds: string[]; by: string | null; reason: string; at: string; finishedAt: string | null; receipt: Receipt }
export interface ErasureList { items: Erasure[]; nextCursor: string | null }
/** What there is of a person now. */
export interface ErasePreview { contacts: number; conversations: number; messages: number; notes: number; files: number }

export const erasingSource = (http: Http) => ({
  preview: (contact: string) => http.get<ErasePreview>(`/api/v1/contacts/${encodeURIComponent(contact)}/erase`),
  erase: (contact: string, reason: string) => http.post<Erasure>(`/api/v1/contacts/${encodeURIComponent(contact)}/erase`, { reason }),
  list: (cursor?: string) => http.get<ErasureList>('/api/v1/erasures', { limit: 30, cursor }),
  one: (id: string) => http.get<Erasure>(`/api/v1/erasures/${id}`),
})
export type ErasingSource = ReturnType<typeof erasingSource>
