import type { Http } from '@/api/client'

export type Purpose = 'service' | 'marketing' | 'analytics' | 'sensitive' | 'third_party' | 'cross_border'
export const purposes: readonly Purpose[] = ['service', 'marketing', 'analytics', 'sensitive', 'third_party', 'cross_border']
export type FieldValue = string | number | boolean | string[]

export interface ContactRow {
  id: string; name: string | null; verified: boolean; email: string | null; phone: string | null; tags: string[]; blocked: boolean; createdAt: string; lastSeenAt: string
}
export interface ContactRows { items: ContactRow[]; nextCursor: string | null }
export interface Identifier { id: string; kind: string; externalId: string | null; channelId: string | null; verified: boolean; source: string; contactId: string; createdAt: string }
export interface Block { at: string; by: string; until: string | null; reason: string | null }
/** key: what proved it; none: an agent said so. */
export interface Merge { id: string; contactId: string; name: string | null; by: string | null; at: string; key: { kind: string; identityId: string | null } | null }
export interface Contact {
  id: string; name: string | null; verified: boolean; erased: boolean; identities: Identifier[]; tags: string[]; fields: Record<string, FieldValue>
  attributes: Record<string, string | number | boolean>; blocked: Block | null; merged: Merge[]; createdAt: string; lastSeenAt: string
  /** Kinds of data that are masked here and shown to whoever gives a reason. */
  revealable: string[]
}
export interface Note { id: string; text: string; authorId: string; authorName: string; at: string; editedAt: string | null }
export interface TimelineItem {
  type: 'conversation' | 'note' | 'consent' | 'merged' | 'unmerged' | 'blocked' | 'unblocked' | 'created'
  id: string
  at: string
  conversation?: { channelId: string; status: string; assignee: string | null; preview: string | null; lastActivityAt: string } | null
  note?: Note | null
  consent?: { purpose: Purpose; act: 'shown' | 'given' | 'withdrawn'; how: string; noticeLocale: string | null; noticeVersion: number | null; actorId: string | null } | null
  merge?: { contactId: string; by: string | null; key: string | null } | null
  block?: { by: string; until: string | null; reason: string | null } | null
}
export interface TimelinePage { items: TimelineItem[]; nextCursor: string | null }
export interface ConsentLine { id: string; purpose: Purpose; act: 'shown' | 'given' | 'withdrawn'; at: string; how: string; noticeLocale: string | null; noticeVersion: number | null; noticeHash: string | null }
export interface Consents { allowed: Record<Purpose, boolean>; items: ConsentLine[] }
export type Reason = 'same_user' | 'same_email_verified' | 'same_email' | 'same_phone' | 'same_identity' | 'same_name'
export interface Duplicate { id: string; name: string | null; verified: boolean; reasons: Reason[]; against: 'other_user' | null }
export interface Field { id: string; key: string; name: string; kind: 'text' | 'number' | 'bool' | 'date' | 'single' | 'multi' | 'url'; options: { id: string; label: string; archived: boolean }[]; archived: boolean; class: 'internal' | 'personal' }
export interface ContactQuery { q?: string | undefined; verified?: 'true' | undefined; blocked?: 'true' | undefined; segment?: string | undefined; limit?: number; cursor?: string | undefined }
export interface ContactDraft { name?: string; tags?: string[]; fields?: Record<string, FieldValue | null>; identities?: { kind: string; externalId: string }[] }

export const contactSource = (http: Http) => {
  const at = (id: string, below = '') => `/api/v1/contacts/${encodeURIComponent(id)}${below}`
  return {
    page: (query: ContactQuery) => http.get<ContactRows>('/api/v1/contacts', { ...query }),
    one: (id: string) => http.get<Contact>(at(id)),
    add: (draft: ContactDraft) => http.post<Contact>('/api/v1/contacts', draft),
    change: (id: string, draft: ContactDraft) => http.patch<Contact>(at(id), draft),
    addIdentity: (id: string, kind: string, externalId: string) => http.post<Contact>(at(id, '/identities'), { kind, externalId }),
    removeIdentity: (id: string, identity: string) => http.remove(at(id, `/identities/${identity}`)),
    addNote: (id: string, text: string) => http.post<Note>(at(id, '/notes'), { text }),
    removeNote: (id: string, note: string) => http.remove(at(id, `/notes/${note}`)),
    block: (id: string, reason: string, until: string | null) => http.post<Contact>(at(id, '/block'), { reason: reason || null, until }),
    unblock: (id: string) => http.remove(at(id, '/block')),
    timeline: (id: string, cursor?: string) => http.get<TimelinePage>(at(id, '/timeline'), { limit: 30, cursor }),
    consents: (id: string) => http.get<Consents>(at(id, '/consents')),
    setConsent: (id: string, purpose: Purpose, given: boolean) => http.post<Consents>(at(id, '/consents'), { purpose, given }),
    duplicates: async (id: string) => (await http.get<{ items: Duplicate[] }>(at(id, '/duplicates'))).items,
    merge: (id: string, otherId: string, despiteUserIds: boolean) => http.post<Contact>(at(id, '/merge'), { otherId, despiteUserIds }),
    reveal: (id: string, fields: string[], reason: string) => http.post<{ contact: Contact; until: string }>(at(id, '/reveal'), { fields, reason }),
    unmerge: (id: string, mergeId: string) => http.post<Contact>(at(id, '/unmerge'), { mergeId }),
    makeLink: (id: string) => http.post<{ code: string; expiresAt: string }>(at(id, '/links'), {}),
    fields: async () => (await http.get<{ items: Field[] }>('/api/v1/custom-fields', { object: 'contact' })).items.filter(field => !field.archived),
  }
}
export type ContactSource = ReturnType<typeof contactSource>
