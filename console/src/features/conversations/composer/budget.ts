import { computed } from 'vue'
import type { Ref } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import type { Known } from '@/realtime'
import type { ConversationSource } from '../source'

/** What the channel still lets us say (docs: the member `reply` of a conversation). */
export interface ReplyBudget {
  canSend: boolean
  reason: string | null
  until: string | null
  remaining: number | null
  templates: boolean
  /** What is left when it is closed. */
  after: string | null
  parts: string[]
  mostText: number | null
}

/** Channels of our own have no limits of somebody else. */
const own = new Set(['web', 'app', 'api'])

/** The budget of a conversation, asked again whenever somebody has written. */
export function useReplyBudget(known: Ref<Known | undefined>, source: Pick<ConversationSource, 'row'>) {
  const lastMessage = computed(() => known.value?.items.findLast(item => item.kind === 'message')?.seq ?? 0)
  return useQuery({
    queryKey: computed(() => ['reply', known.value?.head.id ?? '', lastMessage.value] as const),
    queryFn: async ({ queryKey: [, id] }): Promise<ReplyBudget | null> => {
      const { reply } = await source.row(id) as { reply?: Partial<ReplyBudget> & { canSend: boolean } }
      // What does not apply is left out on the wire.
      return reply ? { reason: null, until: null, remaining: null, templates: false, after: null, parts: [], mostText: null, ...reply } : null
    },
    enabled: computed(() => known.value !== undefined && !own.has(known.value.head.channel.kind)),
    staleTime: 60_000, refetchInterval: 60_000, retry: false,
    placeholderData: (had, query) => (query?.queryKey[1] === known.value?.head.id ? had : undefined),
  }).data
}

/** How a text goes out where one message has a greatest length: in how many pieces. */
export const piecesOf = (text: string, most: number | null) => (most === null || most <= 0 ? 1 : Math.max(1, Math.ceil([...text].length / most)))
