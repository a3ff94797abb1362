import { computed } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import type { Http } from '@/api/client'
import { useHttp } from '@/api/http'
import type { FieldValue, Named, Row, RowPage, Sort, Tag } from '@/api/types'

/** What a workspace has set up for its conversations: tags, teams, fields, views, rules. */
export interface Condition { field: string; op: 'in' | 'not_in'; values: string[] }
export interface SavedView { id: string; name: string; shared: boolean; mine: boolean; conditions: Condition[]; sort: Sort | 'created'; position: number }
/** Whether it shows other conversations after a while although nothing happened. */
export const asksForTime = (view: SavedView) => view.conditions.some(({ field }) => field === 'waiting' || field === 'created' || field === 'active')
export interface FieldOption { id: string; label: string; archived?: boolean }
export type FieldKind = 'text' | 'number' | 'bool' | 'date' | 'single' | 'multi' | 'url'
export interface CustomField {
  id: string
  object: 'conversation' | 'contact'
  key: string
  name: string
  kind: FieldKind
  class: 'internal' | 'personal'
  required: boolean
  options: FieldOption[]
  position: number
  archived: boolean
}
export interface ConversationSettings {
  reopenHours: number
  blockedMessages: 'refuse' | 'drop'
  askRating: boolean
  editMinutes: number
  recallMinutes: number
  resolveReasons: string[]
  oneAgentPerPerson: boolean
  linkPreviews: boolean
  translation: boolean
}
export interface LinkPreview { url: string; host: string; title: string; description: string | null; site: string | null }
export interface Draft { kind: 'reply' | 'note'; version: number; text: string }

const items = async <T>(answer: Promise<{ items: T[] }>) => (await answer).items

export const workbenchSource = (http: Http) => ({
  tags: () => items<Tag>(http.get('/api/v1/tags')),
  addTag: (tag: { name: string; color?: string }) => http.post<Tag>('/api/v1/tags', tag),
  changeTag: (id: string, change: Partial<Omit<Tag, 'id'>>) => http.patch<Tag>(`/api/v1/tags/${id}`, change),
  teams: () => items<Named>(http.get('/api/v1/teams')),
  fields: (object?: CustomField['object']) => items<CustomField>(http.get('/api/v1/custom-fields', { object })),
  addField: (field: Partial<CustomField>) => http.post<CustomField>('/api/v1/custom-fields', field),
  changeField: (id: string, change: Partial<CustomField>) => http.patch<CustomField>(`/api/v1/custom-fields/${id}`, change),
  views: () => items<SavedView>(http.get('/api/v1/views')),
  channels: () => items<Named>(http.get('/api/v1/channels')),
  previewView: async (conditions: readonly Condition[]) => (await http.post<{ count: number }>('/api/v1/views/preview', { conditions })).count,
  addView: (view: Omit<SavedView, 'id' | 'mine' | 'position'>) => http.post<SavedView>('/api/v1/views', view),
  changeView: (id: string, change: Partial<SavedView>) => http.patch<SavedView>(`/api/v1/views/${id}`, change),
  removeView: (id: string) => http.remove(`/api/v1/views/${id}`),
  links: (id: string, seq: number) => items<LinkPreview>(http.get(`/api/v1/conversations/${id}/messages/${seq}/links`)),
  settings: () => http.get<ConversationSettings>('/api/v1/settings/conversations'),
  changeSettings: (change: Partial<ConversationSettings>) => http.patch<ConversationSettings>('/api/v1/settings/conversations', change),
  ofContact: (contact: string) => items<Row>(http.get<RowPage>('/api/v1/conversations', { contact, limit: 50 })),
  drafts: (id: string) => items<Draft>(http.get(`/api/v1/conversations/${id}/drafts`)),
  saveDraft: (id: string, draft: Draft) => http.put<Draft>(`/api/v1/conversations/${id}/drafts/${draft.kind}`, { text: draft.text, version: draft.version }),
})
export const useWorkbench = () => workbenchSource(useHttp())

export const workbenchKeys = { tags: ['tags'], teams: ['teamNames'], fields: ['customFields'], views: ['savedViews'], settings: ['conversationSettings'] } as const
const fresh = 60_000

export const useTags = () => {
  const source = useWorkbench()
  const all = useQuery({ queryKey: workbenchKeys.tags, queryFn: source.tags, staleTime: fresh })
  return { all: all.data, offered: computed(() => (all.data.value ?? []).filter(tag => !tag.archived)) }
}
export const useTeams = () => useQuery({ queryKey: workbenchKeys.teams, queryFn: useWorkbench().teams, staleTime: fresh }).data
/** Undefined while they are on their way. */
export const useKnownFields = () => {
  const source = useWorkbench()
  const all = useQuery({ queryKey: workbenchKeys.fields, queryFn: () => source.fields(), staleTime: fresh })
  return computed(() => all.data.value?.filter(field => field.object === 'conversation' && !field.archived))
}
export const useFields = () => {
  const known = useKnownFields()
  return computed(() => known.value ?? [])
}
export const useViews = () => useQuery({ queryKey: workbenchKeys.views, queryFn: useWorkbench().views, staleTime: fresh }).data
export const useSettings = () => useQuery({ queryKey: workbenchKeys.settings, queryFn: useWorkbench().settings, staleTime: fresh }).data

export function fieldText(field: CustomField, value: FieldValue | undefined, yes: string, no: string): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return value ? yes : no
  const label = (id: string) => field.options.find(option => option.id === id)?.label ?? id
  return Array.isArray(value) ? value.map(label).join('、') : field.kind === 'single' ? label(String(value)) : String(value)
}
