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
 * The marks that the conversation's channel shows. While a conversation is on its way the field stays what it was; what is typed in it
 * until then becomes what it looked like, in the marks of the channel that it turns out to be. What came from the server or another tab
 * meanwhile has those marks already and stays as it is. Whoever sets a text that was typed says so before.
 */
export function useShownMarks({ id, shows, draft }: Opened) {
  const shown = ref<readonly Mark[]>(shows() ?? [])
  /** `stood`: what was not typed; `typed`: what the field held after the last letter. */
  let guessed: { id: string; stood: string; typed: string } | null = null
  watch([id, shows], ([now, marks]) => {
    if (!marks) {
      if (guessed?.id !== now) guessed = { id: now, stood: draft.get(), typed: draft.get() }
      return
    }
    const text = draft.get()
    if (guessed?.id === now && guessed.typed === text && guessed.stood !== text && marks.join() !== shown.value.join())
      draft.set(within(guessed.stood, text, typed => reduced(typed, shown.value, marks).text))
    guessed = null
    shown.value = marks
  }, { immediate: true })
  function typing(of: string, now: string) {
    if (guessed?.id !== of) return
    const before = draft.get()
    if (before !== guessed.typed) guessed.stood = before
    guessed.typed = now
  }
  return { shown, typing }
}

/** Changes what was typed into a text, and not what stands before and after it. */
function within(stood: string, now: string, change: (typed: string) => string) {
  const most = Math.min(stood.length, now.length)
  let [before, after] = [0, 0]
  while (before < most && stood[before] === now[before]) before++
  while (after < most - before && stood.at(-1 - after) === now.at(-1 - after)) after++
  return now.slice(0, before) + change(now.slice(before, now.length - after)) + now.slice(now.length - after)
}
