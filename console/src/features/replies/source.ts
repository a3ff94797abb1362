import type { Http } from '@/api/client'

export interface CannedReply {
  id: string
  shortcut: string
  title: string
  body: string
  own: boolean
  teamId: string | null
  mayChange: boolean
  changedAt: string
}
export interface NewReply { shortcut: string; title: string; body: string; shared: boolean; teamId: string | null }

export interface MoveRequest { fileId: string; shared: boolean; overwrite: boolean; check: boolean }
export interface MoveAnswer { added: number; changed: number; skipped: number; problems: { row: number; code: string; text: string }[] }

export const repliesKey = ['canned-replies'] as const

export const repliesSource = (http: Http) => ({
  async all() {
    const items: CannedReply[] = []
    let cursor: string | null | undefined
    do {
      const page = await http.get<{ items: CannedReply[]; nextCursor?: string | null }>('/api/v1/canned-replies', { limit: 500, cursor })
      items.push(...page.items)
      cursor = page.nextCursor
    } while (cursor)
    return items
  },
  add: (reply: NewReply) => http.post<CannedReply>('/api/v1/canned-replies', reply),
  change: (id: string, changes: Partial<Pick<NewReply, 'shortcut' | 'title' | 'body' | 'teamId'>>) => http.patch<CannedReply>(`/api/v1/canned-replies/${id}`, changes),
  move: (request: MoveRequest) => http.post<MoveAnswer>('/api/v1/canned-replies/import', request),
  remove: (id: string) => http.remove(`/api/v1/canned-replies/${id}`),
})
export type RepliesSource = ReturnType<typeof repliesSource>
