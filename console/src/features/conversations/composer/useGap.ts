import { ref, watch } from 'vue'
import type { Ref } from 'vue'
import { gapIn } from '@/features/replies'

/** A canned reply with a place that nobody has filled in does not go to a customer unasked. */
export function useGap(text: Ref<string>, area: Readonly<Ref<HTMLTextAreaElement | null>>, on: () => boolean) {
  const gap = ref<ReturnType<typeof gapIn>>(null)
  let again = () => {}
  watch([text, on], () => (gap.value = null))

  /** True: asked about a gap instead; `send` is what happens when the writer means it. The second time it passes. */
  function holds(send: () => void): boolean {
    if (!on() || gap.value) return false
    again = send
    gap.value = gapIn(text.value)
    return gap.value !== null
  }
  function fill() {
    const found = gap.value
    gap.value = null
    area.value?.focus()
    if (found) area.value?.setSelectionRange(found.from, found.to)
  }
  return { gap, holds, fill, anyway: () => again() }
}
