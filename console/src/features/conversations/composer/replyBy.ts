import { computed, ref, watch } from 'vue'
import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { Mark } from '@/lib/formatted'
import { useHttp } from '@/api/http'
import { useSubmit } from '@/api/useProblem'
import { showToast } from '@/ui'
import { waysSource } from '../ways/source'
import type { Way } from '../ways/source'
import type { createDrafts, Mode } from '../drafts'
import type { ReplyBudget } from './budget'
import { leftOver } from './leftOver'
import { outgoing, reduced } from './rich/lines'
import { allMarks } from './rich/marks'
import type { Lost } from './useReduced'

/** What a way lets us say, as the composer shows it. */
export const budgetOf = (way: Way): ReplyBudget => ({ canSend: way.canSend, reason: way.reason, until: way.until, remaining: way.remaining ?? null, templates: false, after: way.after ?? null, parts: ['text'], mostText: way.mostText ?? null })

interface Writing {
  /** The conversation. */
  id: () => string
  mode: Ref<Mode>
  drafts: ReturnType<typeof createDrafts>
  /** Of the conversation's own channel, and the marks it shows. */
  budget: () => ReplyBudget | null | undefined
  shows: () => readonly Mark[]
}

/** The composer's answer by another channel: moved to the conversation there, or the first words of a new one. */
export function useReplyBy({ id, mode, drafts, budget, shows }: Writing) {
  const by = ref<Way | null>(null)
  const { t } = useI18n()
  const router = useRouter()
  const source = waysSource(useHttp())
  const { busy: beginning, message, problem, submit } = useSubmit()
  const elsewhere = computed(() => (mode.value === 'reply' ? by.value : null))
  const showing = computed(() => (mode.value === 'note' ? allMarks : by.value ? (by.value.shows ?? []) : shows()))
  const allowed = computed(() => (elsewhere.value ? budgetOf(elsewhere.value) : budget()))
  /** By conversation and channel: what was tried and may have arrived. */
  const tried = new Map<string, { words: string; clientId: string }>()
  /** Where it was tried last: trouble is shown there, also to whoever has been elsewhere meanwhile. */
  const tryingIn = ref('')
  const trouble = computed(() => (tryingIn.value === id() ? message.value : null))
  watch(id, () => (by.value = null), { flush: 'sync' })
  watch([id, by], (_, [was]) => { if (was === tryingIn.value) problem.value = null })

  /** Takes the text along, as that channel shows it; what stands there already is not lost. */
  function move({ conversationId: to, shows: there }: Way): Lost | null {
    if (!to) return null
    const from = id()
    const [before, stood] = [drafts.get(from, 'reply'), drafts.get(to, 'reply')]
    const taken = reduced(before, showing.value, there ?? [])
    const after = [stood, taken.text].filter(Boolean).join('\n')
    drafts.set(to, 'reply', after)
    drafts.set(from, 'reply', '')
    void router.push(`/inbox/all/${to}`)
    return taken.lost ? { place: `${to}:reply`, after, undo: () => {
      drafts.set(to, 'reply', stood)
      drafts.set(from, 'reply', before)
      void router.push(`/inbox/all/${from}`)
    } } : null
  }

  /** The same words are sent once, however often it is tried. What is written while they travel follows the customer there. */
  const begin = () => submit(async () => {
    const [way, from] = [by.value, id()]
    const draft = drafts.get(from, 'reply')
    const { words, format } = outgoing(draft, showing.value)
    if (!way || !words) return
    tryingIn.value = from
    const place = `${from}:${way.channelId}`
    const had = tried.get(place)
    const trying = had?.words === words ? had : { words, clientId: `by-${crypto.randomUUID()}` }
    tried.set(place, trying)
    const { conversationId: to } = await source.write(way, words, trying.clientId, format)
    tried.delete(place)
    const rest = leftOver(drafts.get(from, 'reply'), draft)
    drafts.set(from, 'reply', to ? '' : rest)
    if (to && rest) drafts.set(to, 'reply', [drafts.get(to, 'reply'), rest].filter(Boolean).join('\n'))
    showToast(t('chat.replyBy.sent', { channel: way.name }))
    if (id() !== from) return // whoever has walked on stays there
    by.value = null
    if (to) await router.push(`/inbox/all/${to}`)
  })
  return { by, elsewhere, showing, allowed, beginning, trouble, move, begin }
}
