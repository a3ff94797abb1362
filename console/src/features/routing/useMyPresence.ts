import { computed } from 'vue'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { useHttp } from '@/api/http'
import { useProblemText } from '@/api/useProblem'
import { useSession } from '@/features/identity'
import { showToast } from '@/ui'
import { presenceKey, routingSource } from './source'
import type { Presence, PresenceStatus } from './source'

/** Whether one is there for customers, and a way to say so. */
export function useMyPresence() {
  const source = routingSource(useHttp())
  const session = useSession()
  const queries = useQueryClient()
  const problemText = useProblemText()
  const presence = useQuery({ queryKey: presenceKey, queryFn: source.presence, staleTime: 30_000 })
  const mine = computed(() => presence.data.value?.find(one => one.agentId === session.me?.id))

  async function choose(status: PresenceStatus, reason?: string) {
    try {
      const chosen = await source.choose(status, reason)
      queries.setQueryData<Presence[]>(presenceKey, all => [...(all ?? []).filter(one => one.agentId !== chosen.agentId), chosen])
      return true
    } catch (error) {
      showToast(problemText(error), { tone: 'bad' })
      return false
    }
  }
  return { mine, choose }
}
