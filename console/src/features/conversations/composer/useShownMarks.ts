import { ref, watch } from 'vue'
import type { Mark } from '@/lib/formatted'
import { reduced } from './rich/lines'

interface Opened {
  id: () => string
  /** Of the conversation's channel; null while nobody knows it. */
  shows: () => readonly Mark[] | null
  draft: { get: () => string; set: (text: string) => void }
}

/**
 * The marks that the conversation's channel shows. While a conversation is on its way the field stays what it was; what is written in it
 * until then becomes what it looked like, in the marks of the channel that it turns out to be.
 */
export function useShownMarks({ id, shows, draft }: Opened) {
  const shown = ref<readonly Mark[]>(shows() ?? [])
  let guessed: { id: string; text: string } | null = null
  watch([id, shows], ([now, marks]) => {
    if (!marks) {
      if (guessed?.id !== now) guessed = { id: now, text: draft.get() }
      return
    }
    const text = draft.get()
    if (guessed?.id === now && guessed.text !== text && marks.join() !== shown.value.join()) draft.set(reduced(text, shown.value, marks).text)
    guessed = null
    shown.value = marks
  }, { immediate: true })
  return shown
}
