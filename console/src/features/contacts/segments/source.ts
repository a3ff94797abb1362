import type { Http } from '@/api/client'

export interface Condition { field: string; op: 'in' | 'not_in' | 'is' | 'within' | 'before'; values: string[] }
export interface Segment { id: string; name: string; conditions: Condition[]; createdAt: string }

export const segmentsKey = ['segments'] as const

export const segmentSource = (http: Http) => ({
  all: async () => (await http.get<{ items: Segment[] }>('/api/v1/segments')).items,
  of: async (contact: string) => (await http.get<{ items: Segment[] }>(`/api/v1/contacts/${encodeURIComponent(contact)}/segments`)).items,
  count: async (conditions: Condition[]) => (await http.post<{ count: number }>('/api/v1/segments/preview', { conditions })).count,
  add: (name: string, conditions: Condition[]) => http.post<Segment>('/api/v1/segments', { name, conditions }),
  change: (id: string, name: string, conditions: Condition[]) => http.put<Segment>(`/api/v1/segments/${id}`, { name, conditions }),
  remove: (id: string) => http.remove(`/api/v1/segments/${id}`),
})
export type SegmentSource = ReturnType<typeof segmentSource>

/** What can be said of a field; the first is meant until something is chosen. */
export const opsOf = (field: string): Condition['op'][] =>
  field === 'verified' || field === 'blocked' ? ['is'] : field === 'seen' || field === 'created' ? ['within', 'before'] : ['in', 'not_in']

/** A condition on another field starts anew. */
export const conditionOn = (field: string): Condition => ({ field, op: opsOf(field)[0]!, values: field === 'verified' || field === 'blocked' ? ['true'] : field === 'seen' || field === 'created' ? ['30'] : [] })

/** Words as they are typed: separated by commas of any language. */
export const wordsIn = (text: string) => text.split(/\s*[,\uff0c\u3001]\s*/).map(word => word.trim()).filter(Boolean)
