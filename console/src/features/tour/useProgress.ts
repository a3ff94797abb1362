import { computed } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import type { Http } from '@/api/client'
import type { Channel, Counts, RowPage } from '@/api/types'
import { useSession } from '@/features/identity'
import { progressOf } from './progress'
import type { Facts } from './progress'

async function look(http: Http, mayList: boolean): Promise<Facts & { channel: string | null }> {
  const [channels, agents, counts, open, resolved] = await Promise.all([
    http.get<{ items: Channel[] }>('/api/v1/channels').then(answer => answer.items),
    mayList ? http.get<{ items: unknown[] }>('/api/v1/agents', { limit: 2 }).then(answer => answer.items.length, () => 1) : 1,
    http.get<Counts>('/api/v1/conversations/counts'),
    http.get<RowPage>('/api/v1/conversations', { view: 'all', limit: 20 }),
    http.get<RowPage>('/api/v1/conversations', { view: 'resolved', limit: 20 }),
  ])
  const answered = [...open.items, ...resolved.items].some(row => row.lastMessage?.direction === 'out')
  return { channels: channels.length, channel: channels.find(channel => channel.enabled)?.id ?? null, colleagues: agents, conversations: counts.all + counts.resolved, answered }
}

/** How far a new workspace is; looked at again while somebody follows the tour. */
export function useProgress(http: Http) {
  const session = useSession()
  const query = useQuery({ queryKey: ['tour'], queryFn: () => look(http, session.can('agents.manage')), refetchInterval: 5_000 })
  return { ...query, progress: computed(() => query.data.value && progressOf(query.data.value)), channel: computed(() => query.data.value?.channel ?? null) }
}
