import { computed, nextTick, ref } from 'vue'
import type { Ref } from 'vue'
import { insertMention, mentionAt, namedIn } from '../mentions'

/** Where the caret is, and the colleagues that are named with `@`: only in notes, which only colleagues read. */
export function useMentions(text: Ref<string>, area: Readonly<Ref<HTMLTextAreaElement | null>>, inNote: () => boolean) {
  const chosen = new Map<string, string>()
  const caret = ref(0)
  /** Lists over the text were closed; they open again when the caret moves. */
  const shut = ref(false)
  const naming = computed(() => (inNote() && !shut.value ? mentionAt(text.value, caret.value) : null))
  function follow() {
    caret.value = area.value?.selectionStart ?? 0
    shut.value = false
  }
  async function put(next: { text: string; caret: number }) {
    text.value = next.text
    await nextTick()
    area.value?.focus()
    area.value?.setSelectionRange(next.caret, next.caret)
    follow()
  }
  return {
    caret, shut, naming, follow,
    async name(agent: { id: string; name: string }) {
      if (!naming.value) return
      chosen.set(agent.id, agent.name)
      await put(insertMention(text.value, caret.value, naming.value.from, agent.name))
    },
    /** Puts something where the caret is, instead of what is selected, or of everything from a place on. */
    insert(words: string, begin?: number) {
      const [start, to] = [area.value?.selectionStart ?? text.value.length, area.value?.selectionEnd ?? text.value.length]
      const from = begin ?? start
      return put({ text: text.value.slice(0, from) + words + text.value.slice(to), caret: from + words.length })
    },
    named: () => namedIn(text.value, chosen),
    forget: () => chosen.clear(),
  }
}
