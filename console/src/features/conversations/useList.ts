import { computed, shallowRef } from 'vue'
import type { Ref } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import type { Row, Sort, View } from '@/api/types'
import { visibleRows } from '@/realtime'
import type { Cache } from './cache'
import { countsKey, listKey, viewCountsKey } from './cache'
import { belongs, withPatch } from './overlay'
import type { Patch } from './overlay'
import type { ConversationSource } from './source'

export interface ListSource {
  cache: Cache
  source: Pick<ConversationSource, 'counts'>
  patches: Readonly<Ref<Readonly<Record<string, Patch>>>>
  me: () => string | undefined
  /** Its conditions ask how long ago something was: rows come and go without anything happening. */
  ticking?: Readonly<Ref<boolean>>
}

export function useList(view: Ref<View>, sort: Ref<Sort>, { cache, patches, me, ticking }: ListSource) {
  const query = useQuery({
    queryKey: computed(() => listKey(view.value, sort.value)),
    queryFn: ({ queryKey: [, ofView, ofSort] }) => cache.firstPage(ofView, ofSort),
    staleTime: Infinity,
    refetchInterval: computed(() => (ticking?.value ? 30_000 : false)),
    // Replaced as a whole by the reducers: a proxy around every row would only cost time.
    shallow: true,
  })
  const rows = computed<Row[]>(() => {
    const list = query.data.value
    if (!list) return []
    return visibleRows(list).flatMap(row => {
      const patch = patches.value[row.id]
      if (!patch) return row
      const shown = withPatch(row, row.seq, patch)
      return shown === row || belongs(shown, view.value, me()) ? shown : []
    })
  })
  const loadingMore = shallowRef(false)
  async function loadMore() {
    if (loadingMore.value || !query.data.value?.next) return
    loadingMore.value = true
    try {
      await cache.nextPage(view.value, sort.value)
    } catch {
      // The next scroll asks again; the rows that are there stay usable.
    } finally {
      loadingMore.value = false
    }
  }
  return {
    rows,
    loading: computed(() => !query.data.value?.loaded && !query.isError.value),
    failure: computed(() => (query.isError.value && !query.data.value?.loaded ? query.error.value : null)),
    refetch: () => query.refetch(),
    loadMore,
    loadingMore,
  }
}

export const useCounts = (source: Pick<ConversationSource, 'counts'>) => useQuery({ queryKey: countsKey, queryFn: () => source.counts(), staleTime: Infinity }).data

/** Counts of saved views: asked for once, and told when they change. */
export const useViewCounts = (source: Pick<ConversationSource, 'counts'>, enabled: Ref<boolean>, ticking?: Ref<boolean>) =>
  useQuery({ queryKey: viewCountsKey, queryFn: async () => (await source.counts()).views ?? {}, staleTime: 60_000, enabled, refetchInterval: computed(() => (ticking?.value ? 60_000 : false)) }).data
