import type { Http } from '@/api/client'
import type { Row, Sender, Status } from '@/api/types'

export type FoundType = 'conversations' | 'messages' | 'contacts'
export const foundTypes: readonly FoundType[] = ['conversations', 'messages', 'contacts']

/** Plain text; marks are [start, end) in UTF-16 units, so they fit JavaScript's strings. */
export interface Snippet { text: string; marks: [number, number][] }
export interface Hit { seq: number; at: string; kind: 'message' | 'note' | 'subject'; direction?: 'in' | 'out'; sender: Sender; snippet: Snippet }
export interface Found { conversation: Row; hits: Hit[] }
export interface FoundPage { items: Found[]; nextCursor?: string; cut: boolean; lagSeconds: number; rebuilding: boolean }

export interface FoundPerson {
  id: string; name: string | null; verified: boolean; email: string | null; phone: string | null; tags: string[]; blocked: boolean; lastSeenAt: string
  matched: { kind: string; value: string }[]
}
export interface PeoplePage { items: { contact: FoundPerson }[]; nextCursor: string | null; rebuilding: boolean }

export interface Question {
  q: string
  type: FoundType
  status: Status | ''
  assignee: '' | 'me' | 'none'
  channel: string
  /** Days back; '' is all of it. */
  since: '' | '7' | '30' | '365'
  notes: boolean
}

export interface SearchSource {
  find(question: Question, cursor: string | null, now: number): Promise<FoundPage>
  people(q: string, cursor: string | null): Promise<PeoplePage>
}

const day = 24 * 60 * 60 * 1000
const orNull = (value: string) => value || null

export function searchSource(http: Http): SearchSource {
  return {
    people: (q, cursor) => http.get('/api/v1/search', { q, type: 'contacts', cursor }),
    find: ({ q, type, status, assignee, channel, since, notes }, cursor, now) => http.get('/api/v1/search', {
      q, type, cursor, status: orNull(status), assignee: orNull(assignee), channel: orNull(channel), notes: notes ? null : 'false',
      from: since ? new Date(now - Number(since) * day).toISOString() : null,
    }),
  }
}

