import { reactive } from 'vue'
import { defineStore } from 'pinia'
import { localStore } from '@/lib/storage'
import type { Store } from '@/lib/storage'

export type Mode = 'reply' | 'note'

/** One draft for each (conversation, reply or note): never sent to the wrong person, never lost by a reload. */
export function createDrafts(store: Store, agentId: string) {
  const prefix = `queqiao.draft:${agentId}:`
  const texts = reactive<Record<string, string>>({})
  for (const key of store.keys(prefix)) texts[key.slice(prefix.length)] = store.read(key) ?? ''
  const name = (id: string, mode: Mode) => `${id}:${mode}`
  return {
    get: (id: string, mode: Mode) => texts[name(id, mode)] ?? '',
    set(id: string, mode: Mode, text: string) {
      const key = name(id, mode)
      if (text) texts[key] = text
      else delete texts[key]
      store.write(prefix + key, text || null)
    },
    /** What another tab wrote. */
    heard(key: string | null, value: string | null) {
      if (!key?.startsWith(prefix)) return
      if (value) texts[key.slice(prefix.length)] = value
      else delete texts[key.slice(prefix.length)]
    },
  }
}

export const useDrafts = defineStore('drafts', () => {
  const byAgent = new Map<string, ReturnType<typeof createDrafts>>()
  window.addEventListener('storage', event => byAgent.forEach(drafts => drafts.heard(event.key, event.newValue)))
  return {
    of(agentId: string) {
      let drafts = byAgent.get(agentId)
      if (!drafts) byAgent.set(agentId, drafts = createDrafts(localStore, agentId))
      return drafts
    },
  }
})
