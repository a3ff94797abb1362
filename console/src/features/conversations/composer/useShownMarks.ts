import { ref, watch } from 'vue'
import type { Mark } from '@/lib/formatted'
import type { createDrafts } from '../drafts'
import type { Place } from './rich/editor'
import { reduced } from './rich/lines'

interface Opened {
  id: () => string
  /** Of the conversation's channel; null while nobody knows it. */
  shows: () => readonly Mark[] | null
  drafts: Pick<ReturnType<typeof createDrafts>, 'get' | 'set'>
}

/**
 * The marks that the conversation's channel shows. While a conversation is on its way the field stays what it was; what is typed in it
 * until then becomes what it looked like, in the marks of the channel that it turns out to be. What came from the server or another tab
 * meanwhile has those marks already and stays as it is: what is typed here goes by `written`.
 */
export function useShownMarks({ id, shows, drafts }: Opened) {
  const shown = ref<readonly Mark[]>(shows() ?? [])
  /** `stood`: what was not typed; `typed`: what the field held after the last letter. */
  let guessed: { id: string; stood: string; typed: string } | null = null
  watch([id, shows], ([now, marks]) => {
    if (!marks) {
      if (guessed?.id !== now) guessed = { id: now, stood: drafts.get(now, 'reply'), typed: drafts.get(now, 'reply') }
      return
    }
    const text = drafts.get(now, 'reply')
    if (guessed?.id === now && guessed.typed === text && guessed.stood !== text && marks.join() !== shown.value.join())
      drafts.set(now, 'reply', within(guessed.stood, text, typed => reduced(typed, shown.value, marks).text))
    guessed = null
    shown.value = marks
  }, { immediate: true })
  function written(text: string, { id: of, mode }: Place) {
    if (mode === 'reply' && guessed?.id === of) {
      const before = drafts.get(of, mode)
      if (before !== guessed.typed) guessed.stood = before
      guessed.typed = text
    }
    drafts.set(of, mode, text)
  }
  return { shown, written }
}

/** Changes what was typed into a text, and not what stands before and after it. */
function within(stood: string, now: string, change: (typed: string) => string) {
  const most = Math.min(stood.length, now.length)
  let [before, after] = [0, 0]
  while (before < most && stood[before] === now[before]) before++
  while (after < most - before && stood.at(-1 - after) === now.at(-1 - after)) after++
  return now.slice(0, before) + change(now.slice(before, now.length - after)) + now.slice(now.length - after)
}
