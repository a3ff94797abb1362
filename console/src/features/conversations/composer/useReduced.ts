import { ref, watch } from 'vue'
import type { Ref } from 'vue'
import type { Mark } from '@/lib/formatted'
import { reduced } from './rich/lines'

/** Formatting that a reply lost on its way to another channel. */
export interface Lost { place: string; after: string; undo: () => void }

interface Writing {
  place: Ref<string>
  text: Ref<string>
  showing: Ref<readonly Mark[]>
  /** By which channel it goes, and the way back to the conversation's own. */
  by: () => string
  back: () => void
}

/**
 * Another channel was chosen while a reply is written: what it would not show is taken out before the writer's eyes, who is told and can
 * go back. Whoever goes back without having written on has everything again.
 */
export function useReduced({ place, text, showing, by, back }: Writing) {
  const lost = ref<Lost | null>(null)
  let had: { place: string; before: string; after: string; from: string } | null = null
  watch([place, by, () => showing.value.join()], ([now, way, marks], [was, before, from]) => {
    if (now !== was || way === before) return
    if (had?.place === now && had.after === text.value && had.from === marks) {
      text.value = had.before
      had = lost.value = null
      return
    }
    const next = reduced(text.value, (from ? from.split(',') : []) as Mark[], showing.value)
    if (next.lost) {
      had = { place: now, before: text.value, after: next.text, from }
      lost.value = { place: now, after: next.text, undo: back }
    }
    text.value = next.text
  }, { flush: 'sync' })
  watch(place, now => { if (lost.value && now !== lost.value.place) lost.value = null })
  watch(text, now => { if (lost.value?.place === place.value && now !== lost.value.after) lost.value = null })
  return lost
}
