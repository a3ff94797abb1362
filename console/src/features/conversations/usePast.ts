import { computed, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'
import type { Item, ItemPage } from '@/api/types'
import type { Known } from '@/realtime'
import type { Cache } from './cache'
import type { ConversationSource } from './source'

export interface Past { items: readonly Item[]; hasOlder: boolean }

/** A stretch of the log that does not reach the newest entries yet. It grows both ways, and becomes one with the rest where they meet. */
export function usePast(id: Ref<string>, known: Ref<Known | undefined>, { source, cache }: { source: Pick<ConversationSource, 'before' | 'between'>; cache: Pick<Cache, 'conversation' | 'writeConversation'> }) {
  const past = shallowRef<Past | null>(null)
  const busy = shallowRef(false)
  watch(id, () => (past.value = null), { flush: 'sync' })

  async function load(page: () => Promise<ItemPage>, add: (now: Past, page: ItemPage) => void) {
    const of = id.value
    if (busy.value || !past.value) return
    busy.value = true
    try {
      const got = await page()
      if (id.value === of && past.value) add(past.value, got)
    } catch {
      // The way stays open: scrolling there again asks again.
    } finally {
      busy.value = false
    }
  }
  const older = () => load(() => source.before(id.value, past.value?.items[0]?.seq ?? 0),
    (now, page) => (past.value = { items: [...page.items, ...now.items], hasOlder: page.hasMore }))
  const newer = () => load(() => source.between(id.value, past.value?.items.at(-1)?.seq ?? 0), (now, page) => {
    const live = cache.conversation(id.value)
    const begin = live?.items[0]?.seq ?? 0
    const items = [...now.items, ...page.items.filter(item => item.seq < begin)]
    if (!live || (page.hasMore && (page.items.at(-1)?.seq ?? 0) < begin)) return void (past.value = { ...now, items: [...now.items, ...page.items] })
    cache.writeConversation(id.value, { ...live, items: [...items, ...live.items], hasOlder: now.hasOlder })
    past.value = null
  })

  return {
    past,
    /** What the log shows: the stretch, or everything up to the newest. */
    shown: computed(() => known.value && past.value ? { ...known.value, ...past.value } : known.value),
    older,
    newer,
    open(page: ItemPage | null) {
      const first = page?.items[0]
      if (!page || !first) return false
      past.value = { items: page.items, hasOlder: first.seq > 1 }
      return true
    },
    leave: () => (past.value = null),
  }
}
