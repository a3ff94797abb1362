import type { Http } from '@/api/client'

export type ApprovalState = 'waiting' | 'approved' | 'done' | 'failed' | 'refused' | 'withdrawn' | 'expired'
interface Person { id: string; name: string | null }
export interface Approval {
  id: string
  act: string
  state: ApprovalState
  method: string
  path: string
  query: string | null
  body: unknown
  reason: string | null
  requestedBy: Person
  requestedAt: string
  expiresAt: string
  decidedBy: Person | null
  note: string | null
  outcomeCode: string | null
  isFetched: boolean
  mayDecide: boolean
}
export interface ApprovalRules {
  items: { act: string; on: boolean }[]
  somebodyElse: boolean
}

export const approvalSource = (http: Http) => ({
  list: (state: string | undefined, cursor: string | null) => http.get<{ items: Approval[]; nextCursor: string | null }>('/api/v1/approvals', { state, cursor, limit: 30 }),
  decide: (id: string, approve: boolean, note: string) => http.post<void>(`/api/v1/approvals/${id}/decision`, { approve, note: note.trim() || null }),
  withdraw: (id: string) => http.post<void>(`/api/v1/approvals/${id}/withdrawal`, {}),
  fetch: (id: string) => http.download(`/api/v1/approvals/${id}/fetching`, 'POST'),
  rules: () => http.get<ApprovalRules>('/api/v1/approvals/rules'),
  setRules: (acts: string[]) => http.put<ApprovalRules>('/api/v1/approvals/rules', { acts }),
})
export type ApprovalSource = ReturnType<typeof approvalSource>
