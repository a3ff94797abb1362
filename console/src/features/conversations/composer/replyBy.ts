import { computed, ref, watch } from 'vue'
import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useHttp } from '@/api/http'
import { useSubmit } from '@/api/useProblem'
import { showToast } from '@/ui'
import { waysSource } from '../ways/source'
import type { Way } from '../ways/source'
import type { createDrafts, Mode } from '../drafts'
import { piecesOf } from './budget'
import type { ReplyBudget } from './budget'

/** What a way lets us say, as the composer shows it. */
export const budgetOf = (way: Way): ReplyBudget => ({ canSend: way.canSend, reason: way.reason, until: way.until, remaining: way.remaining ?? null, templates: false, after: way.after ?? null, parts: ['text'], mostText: way.mostText ?? null })

interface Writing {
  /** The conversation. */
  id: () => string
  mode: Ref<Mode>
  text: Ref<string>
  drafts: ReturnType<typeof createDrafts>
  /** Of the conversation's own channel. */
  budget: () => ReplyBudget | null | undefined
}

/** The composer's answer by another channel: moved to the conversation there, or the first words of a new one. */
export function useReplyBy({ id, mode, text, drafts, budget }: Writing) {
  const by = ref<Way | null>(null)
  const { t } = useI18n()
  const router = useRouter()
  const source = waysSource(useHttp())
  const { busy: beginning, message: trouble, problem, submit } = useSubmit()
  const elsewhere = computed(() => (mode.value === 'reply' ? by.value : null))
  const allowed = computed(() => (elsewhere.value ? budgetOf(elsewhere.value) : budget()))
  const pieces = computed(() => (mode.value === 'reply' ? piecesOf(text.value, allowed.value?.mostText ?? null) : 1))
  let clientId = ''
  watch([id, by], () => {
    clientId = ''
    problem.value = null
  })

  /** Takes the text along; what stands there already is not lost. */
  function move(conversation: string) {
    drafts.set(conversation, 'reply', [drafts.get(conversation, 'reply'), drafts.get(id(), 'reply')].filter(Boolean).join('\n'))
    drafts.set(id(), 'reply', '')
    void router.push(`/inbox/all/${conversation}`)
  }

  /** The same words are sent once, however often it is tried. */
  const begin = () => submit(async () => {
    const [way, from] = [by.value, id()]
    const words = drafts.get(from, 'reply').trim()
    if (!way || !words) return
    clientId ||= `by-${crypto.randomUUID()}`
    const stored = await source.write(way, words, clientId)
    drafts.set(from, 'reply', '')
    by.value = null
    showToast(t('chat.replyBy.sent', { channel: way.name }))
    if (stored.conversationId) await router.push(`/inbox/all/${stored.conversationId}`)
  })
  return { by, elsewhere, allowed, pieces, beginning, trouble, move, begin }
}
