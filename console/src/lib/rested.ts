import { onScopeDispose, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'

/**
 * The value once it has stayed for a moment: whoever walks through a list by key does not wait for what stands beside each line.
 * What there is at the beginning counts at once.
 */
export function useRested<T>(source: () => T, moment = 350): Readonly<Ref<T>> {
  const rested = shallowRef(source()) as Ref<T>
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(source, now => {
    clearTimeout(timer)
    timer = setTimeout(() => (rested.value = now), moment)
  }, { flush: 'sync' })
  onScopeDispose(() => clearTimeout(timer))
  return rested
}
