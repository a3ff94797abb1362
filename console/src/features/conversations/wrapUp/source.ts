import type { Http } from '@/api/client'
import type { FieldValue } from '@/api/types'

export interface Category { id: string; parentId: string | null; name: string; words: string[] | null; archived: boolean }
export interface Result { id: string; name: string }
export interface Rule { mandatory: boolean; fields: string[] | null }
export interface Plan { categories: Category[]; results: Result[]; default: Rule; teams: Record<string, Rule> | null }
export interface Form { on: boolean; needed: boolean; fields: string[]; suggested: string | null; last: { categoryId: string; category: string; resultId: string | null; note: string | null; by: string | null; at: string } | null }
export interface WrapUp { categoryId: string; resultId?: string | null; note?: string | null; resolve?: boolean; reason?: string | null; fields?: Record<string, FieldValue> }
export interface Counts { total: number; categories: { categoryId: string; category: string | null; count: number }[]; results: { resultId: string | null; result: string | null; count: number }[] }
export interface WrapUpRow { conversationId: string; category: string | null; at: string }

export const planKey = ['wrap-up-plan'] as const
export const formKey = (id: string) => ['wrap-up', id] as const

export const wrapUpSource = (http: Http) => ({
  plan: () => http.get<Plan>('/api/v1/wrap-up/plan'),
  change: (plan: Plan) => http.put<Plan>('/api/v1/wrap-up/plan', plan),
  form: (id: string) => http.get<Form>(`/api/v1/conversations/${encodeURIComponent(id)}/wrap-up`),
  write: (id: string, wrapUp: WrapUp) => http.post<{ seq: number }>(`/api/v1/conversations/${encodeURIComponent(id)}/wrap-up`, wrapUp),
  counts: (from: string) => http.get<Counts>('/api/v1/wrap-ups/counts', { from }),
  rows: (from: string, category: string) => http.get<{ items: WrapUpRow[] }>('/api/v1/wrap-ups', { from, category, limit: 20 }),
  download: (from: string) => http.download(`/api/v1/wrap-ups/export?from=${encodeURIComponent(from)}`),
})
