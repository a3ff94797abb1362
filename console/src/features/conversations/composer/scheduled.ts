import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import type { Ref } from 'vue'
import type { Http } from '@/api/client'
import { useHttp } from '@/api/http'
import { useRested } from '@/lib/rested'

/** A message that is sent later; `failed` and `skipped` ones wait for somebody to look at them. */
export interface ScheduledMessage {
  id: string
  at: string
  state: 'waiting' | 'failed' | 'skipped'
  text: string
  attachments: string[]
  replyTo: number | null
  unlessReplied: boolean
  reason: string | null
  reasonText: string | null
  by: { id: string; name: string | null }
  format: 'markdown' | null
}
export interface NewScheduled { at: string; text: string; attachments?: string[]; replyTo?: number; unlessReplied?: boolean; format?: 'markdown' }

export const scheduledSource = (http: Http) => {
  const root = (id: string) => `/api/v1/conversations/${id}/scheduled`
  return {
    of: async (id: string) => (await http.get<{ items: ScheduledMessage[] }>(root(id))).items,
    add: (id: string, message: NewScheduled) => http.post<ScheduledMessage>(root(id), message),
    change: (id: string, message: string, change: { at?: string; text?: string; format?: 'markdown' }) => http.patch<ScheduledMessage>(`${root(id)}/${message}`, change),
    cancel: (id: string, message: string) => http.remove(`${root(id)}/${message}`),
  }
}

export const scheduledKey = (id: string) => ['scheduled', id] as const

export function useScheduled(id: Ref<string>) {
  const source = scheduledSource(useHttp())
  const queries = useQueryClient()
  const rested = useRested(() => id.value)
  const query = useQuery({ queryKey: computed(() => scheduledKey(rested.value)), queryFn: ({ queryKey: [, of] }) => source.of(of), staleTime: 60_000, retry: false })
  return { source, items: computed(() => (rested.value === id.value ? query.data.value : null) ?? []), refresh: () => queries.invalidateQueries({ queryKey: scheduledKey(id.value) }) }
}
