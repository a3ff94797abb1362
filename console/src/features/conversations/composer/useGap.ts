import { ref, watch } from 'vue'
import type { Ref } from 'vue'
import { gapsIn } from '@/features/replies'
import type { Field } from './field'

/** A canned reply with a place that nobody has filled in does not go to a customer unasked. */
export function useGap(text: Ref<string>, field: Readonly<Ref<Field | null>>, on: () => boolean) {
  const gap = ref<{ name: string } | null>(null)
  let again = () => {}
  watch([text, on], () => (gap.value = null))

  /** True: asked about a gap instead; `send` is what happens when the writer means it. The second time it passes. */
  function holds(send: () => void): boolean {
    if (!on() || gap.value) return false
    again = send
    gap.value = gapsIn(text.value)[0] ?? null
    return gap.value !== null
  }
  function fill() {
    gap.value = null
    field.value?.focus()
    field.value?.toGap(1, true)
  }
  return { gap, holds, fill, anyway: () => again() }
}
