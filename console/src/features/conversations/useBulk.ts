import { computed, shallowRef } from 'vue'
import { defineStore } from 'pinia'
import type { Http } from '@/api/client'
import { Problem } from '@/api/client'
import type { Priority, Status } from '@/api/types'

export type BulkAction =
  | { type: 'assign'; agentId: string | null }
  | { type: 'status'; status: 'open' | 'resolved' }
  | { type: 'status'; status: 'snoozed'; until: string }
  | { type: 'priority'; priority: 'none' | 'low' | 'medium' | 'high' | 'urgent' }
  | { type: 'tags'; add: string[] }

export type BulkSelection = { ids: string[] } | { filter: Record<string, string> }
export type BulkState = 'waiting' | 'running' | 'done' | 'dead' | 'cancelled'

export interface BulkRun {
  id: string
  state: BulkState
  total: number
  changed: number
  unchanged: number
  failed: number
  undoUntil?: string | null
  undo?: { state: BulkState; undone: number; notUndone: number } | null
}

export interface BulkFailure { conversationId: string; code: string; text: string }
export type BulkOutcome = 'changed' | 'unchanged' | 'refused'
/** What would happen; exact for the first `looked` of `count`. */
export interface BulkPreview {
  count: number
  looked: number
  changed: number
  unchanged: number
  refused: number
  reasons: { code: string; text: string; count: number }[]
  items: { conversationId: string; contactId: string; contact: string | null; status: Status; assignee: string | null; priority: Priority; outcome: BulkOutcome; code: string | null; text: string | null }[]
}
export interface BulkTag { id: string; name: string; color: string; archived: boolean }

const root = '/api/v1/conversations/bulk'

export const bulkSource = (http: Http) => ({
  preview: (action: BulkAction, selection: BulkSelection) => http.post<BulkPreview>(`${root}/preview`, { action, ...selection }),
  begin: (action: BulkAction, selection: BulkSelection) => http.post<BulkRun>(root, { action, ...selection }),
  show: (id: string) => http.get<BulkRun>(`${root}/${id}`),
  undo: (id: string) => http.post<BulkRun>(`${root}/${id}/undo`, {}),
  cancel: (id: string) => http.post<BulkRun>(`${root}/${id}/cancel`, {}),
  failures: (id: string, cursor: string | null) => http.get<{ items: BulkFailure[]; nextCursor?: string | null }>(`${root}/${id}/failures`, { cursor }),
  tags: async () => (await http.get<{ items: BulkTag[] }>('/api/v1/tags')).items.filter(tag => !tag.archived),
})
export type BulkSource = ReturnType<typeof bulkSource>

const moves = (state: BulkState) => state === 'waiting' || state === 'running'
export const isMoving = (run: BulkRun) => (run.undo ? moves(run.undo.state) : moves(run.state))

/** The bulk change at hand: it goes on while the agent does, wherever they are. */
export const useBulk = defineStore('bulk', () => {
  const run = shallowRef<BulkRun | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined

  function follow(source: BulkSource, now: BulkRun, wait = 400) {
    clearTimeout(timer)
    run.value = now
    if (!isMoving(now)) return
    timer = setTimeout(() => void source.show(now.id).then(
      next => { if (run.value?.id === now.id) follow(source, next, Math.min(wait * 1.5, 2000)) },
      (error: unknown) => { if (error instanceof Problem && error.transient) follow(source, now, 3000) },
    ), wait)
  }
  return {
    run,
    busy: computed(() => run.value !== null && isMoving(run.value)),
    follow,
    dismiss() {
      clearTimeout(timer)
      run.value = null
    },
  }
})
