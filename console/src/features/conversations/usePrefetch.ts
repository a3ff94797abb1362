import { watch } from 'vue'
import { useQueryClient } from '@tanstack/vue-query'
import { conversationKey, loadConversation } from './cache'
import type { Live } from './live'

/** The next two conversations are there before the agent asks for them. */
export function usePrefetch(neighbours: () => string[], current: () => string, live: Pick<Live, 'source'>) {
  const queries = useQueryClient()
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(current, (_, __, onCleanup) => {
    timer = setTimeout(() => {
      for (const id of neighbours())
        void queries.prefetchQuery({ queryKey: conversationKey(id), queryFn: () => loadConversation(live.source, id), staleTime: Infinity })
    }, 150)
    onCleanup(() => clearTimeout(timer))
  })
}
