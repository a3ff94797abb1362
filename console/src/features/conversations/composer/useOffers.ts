import { computed, ref } from 'vue'
import type { Ref } from 'vue'
import { cannedAt, useFilled } from '@/features/replies'
import { mentionAt, namedIn } from '../mentions'
import type { Mode } from '../drafts'
import { articleAt } from './articles'
import type { Field } from './field'
import { literal } from './rich/lines'
import { allMarks } from './rich/marks'

interface Writing {
  field: Readonly<Ref<Field | null>>
  mode: Ref<Mode>
  /** What canned replies may name. */
  about: () => Readonly<Record<string, string | null>>
  mayFindArticles: () => boolean
}

/** What is offered over the text for the word before the caret: colleagues behind `@` (in notes, which only colleagues read), canned replies behind `/`, articles behind `#`. */
export function useOffers({ field, mode, about, mayFindArticles }: Writing) {
  const chosen = new Map<string, string>()
  const before = ref('')
  /** Closed; they open again when the caret moves. */
  const shut = ref(false)
  const at = <T>(on: () => boolean, find: (text: string, caret: number) => T | null) => computed(() => (!shut.value && on() ? find(before.value, before.value.length) : null))
  const naming = at(() => mode.value === 'note', mentionAt)
  const seeking = at(() => mode.value === 'reply', cannedAt)
  const article = at(mayFindArticles, articleAt)
  const filled = useFilled(about)
  const back = (from: number) => ({ back: before.value.length - from })
  return {
    naming, seeking, article, shut,
    open: computed(() => Boolean(naming.value ?? seeking.value ?? article.value)),
    follow(words: string) {
      before.value = words
      shut.value = false
    },
    name(agent: { id: string; name: string }) {
      if (!naming.value) return
      chosen.set(agent.id, agent.name)
      field.value?.insert(`@${agent.name} `, back(naming.value.from))
    },
    /** Puts a canned reply in, with the first place that is still to be filled selected. What is filled in is words, and no marks. */
    put(reply: { body: string }) {
      if (seeking.value) field.value?.insert(filled(reply.body, value => literal(value, allMarks)).text, { ...back(seeking.value.from), marked: true, toGap: true })
    },
    quote(words: string) {
      if (article.value) field.value?.insert(words, back(article.value.from))
    },
    /** Who is named in these words. */
    named: (words: string) => namedIn(words, chosen),
    forget: () => chosen.clear(),
  }
}
