import { computed, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import { prependPage } from '@/realtime'
import type { Cache } from './cache'
import { conversationKey, loadConversation } from './cache'
import { withPatch } from './overlay'
import type { Patch } from './overlay'
import { usePast } from './usePast'
import type { ConversationSource } from './source'

export interface ConversationDeps {
  source: ConversationSource
  cache: Cache
  patches: Readonly<Ref<Readonly<Record<string, Patch>>>>
}

/** Entries further up than this are not loaded one page after the other. */
const far = 400

export function useConversation(id: Ref<string>, { source, cache, patches }: ConversationDeps) {
  const query = useQuery({
    queryKey: computed(() => conversationKey(id.value)),
    queryFn: ({ queryKey: [, of] }) => loadConversation(source, of),
    staleTime: Infinity,
    // Replaced as a whole by the reducers: a proxy around every row would only cost time.
    shallow: true,
  })
  const known = computed(() => query.data.value)
  const head = computed(() => known.value && withPatch(known.value.head, known.value.seq, patches.value[id.value]))

  const { past, shown, older, newer, open, leave } = usePast(id, known, { source, cache })
  const loadingOlder = shallowRef(false)
  async function loadOlder() {
    const of = id.value
    const first = known.value?.items[0]
    if (past.value) return older()
    if (!known.value?.hasOlder || !first || loadingOlder.value) return
    loadingOlder.value = true
    try {
      const page = await source.before(of, first.seq)
      const now = cache.conversation(of)
      if (now) cache.writeConversation(of, prependPage(now, page.items, page.hasMore))
    } catch {
      // The way up stays open: scrolling there again asks again.
    } finally {
      loadingOlder.value = false
    }
  }
  /** Loads what lies around an entry that is far away; near ones are loaded upwards. False when it cannot be reached. */
  async function reach(seq: number) {
    const of = id.value
    if (shown.value?.items.some(item => item.seq === seq)) return true
    const begin = known.value?.items[0]?.seq ?? 0
    if (begin - seq > far) return open(await source.between(of, Math.max(0, seq - 25)).catch(() => null))
    leave()
    while (known.value && id.value === of) {
      const first = known.value.items[0]
      if (!first || first.seq <= seq) return Boolean(first)
      if (!known.value.hasOlder) return false
      if (loadingOlder.value) await new Promise(resolve => { const stop = watch(loadingOlder, () => { stop(); resolve(null) }) })
      else await loadOlder()
      if (id.value === of && known.value.items[0]?.seq === first.seq && !loadingOlder.value) return false
    }
    return false
  }
  /** Opens the log at an instant; the seq of the first entry from there on, or null. */
  async function jump(at: Date) {
    const of = id.value
    const page = await source.from(of, at).catch(() => null)
    const first = page?.items[0]
    if (id.value !== of || !page || !first) return null
    if (first.seq < (known.value?.items[0]?.seq ?? 0)) open(page)
    else leave()
    return first.seq
  }
  return { reach, jump, shown, past, newer, leave, known, head, failure: computed(() => (known.value ? null : query.error.value)), refetch: () => query.refetch(), loadOlder, loadingOlder }
}

/** Unread messages of the customer as far as they are loaded: what the "new" line stands before. */
export function firstUnread(items: readonly { seq: number; kind: string; direction?: 'in' | 'out' }[], readSeq: number) {
  return items.find(item => item.seq > readSeq && item.kind === 'message' && item.direction === 'in')?.seq ?? null
}

