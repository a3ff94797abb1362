import type { Http } from '@/api/client'

export interface Notice {
  id: string
  kind: string
  about: string | null
  detail: { act?: string; approved?: boolean; count?: number } | null
  at: string
  read: boolean
}

/** What somebody should hear although they did not ask. */
export const noticeSource = (http: Http) => ({
  list: (cursor: string | null) => http.get<{ items: Notice[]; nextCursor: string | null }>('/api/v1/me/notices', { cursor, limit: 20 }),
  count: async () => (await http.get<{ unread: number }>('/api/v1/me/notices/count')).unread,
  seen: async (upTo: string) => (await http.post<{ unread: number }>('/api/v1/me/notices/read', { upTo })).unread,
})

export const noticesKey = ['me', 'notices'] as const
