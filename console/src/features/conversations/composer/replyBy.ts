import { ref, watch } from 'vue'
import { useRouter } from 'vue-router'
import { useHttp } from '@/api/http'
import { useSubmit } from '@/api/useProblem'
import { showToast } from '@/ui'
import { waysSource } from '../ways/source'
import type { Way } from '../ways/source'
import type { createDrafts } from '../drafts'
import type { ReplyBudget } from './budget'

/** What a way lets us say, as the composer shows it. */
export const budgetOf = (way: Way): ReplyBudget => ({ canSend: way.canSend, reason: way.reason, until: way.until, remaining: way.remaining ?? null, templates: false, after: way.after ?? null, parts: ['text'], mostText: way.mostText ?? null })

interface Written {
  /** The conversation. */
  id: () => string
  drafts: ReturnType<typeof createDrafts>
  sent: (channel: string) => string
}

/** The composer's answer by another channel: moved to the conversation there, or the first words of a new one. */
export function useReplyBy({ id, drafts, sent }: Written) {
  const by = ref<Way | null>(null)
  const router = useRouter()
  const source = waysSource(useHttp())
  const { busy, message, submit } = useSubmit()
  let clientId = ''
  watch([id, by], () => (clientId = ''))

  /** Takes the text along; what stands there already is not lost. */
  function move(conversation: string) {
    const text = drafts.get(id(), 'reply')
    const there = drafts.get(conversation, 'reply')
    drafts.set(conversation, 'reply', [there, text].filter(Boolean).join('\n'))
    drafts.set(id(), 'reply', '')
    void router.push(`/inbox/all/${conversation}`)
  }

  /** The same words are sent once, however often it is tried. */
  const begin = () => submit(async () => {
    const way = by.value
    const text = drafts.get(id(), 'reply').trim()
    if (!way || !text) return
    clientId ||= `by-${crypto.randomUUID()}`
    const stored = await source.write(way, text, clientId)
    drafts.set(id(), 'reply', '')
    by.value = null
    showToast(sent(way.name))
    if (stored.conversationId) await router.push(`/inbox/all/${stored.conversationId}`)
  })
  return { by, busy, message, move, begin }
}
