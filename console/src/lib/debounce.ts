import { onScopeDispose, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'

/** Follows a value once it has stood still: nobody asks the server at every key. */
export function useDebounced<T>(source: Readonly<Ref<T>>, milliseconds = 250) {
  const settled = shallowRef(source.value)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(source, now => {
    clearTimeout(timer)
    timer = setTimeout(() => (settled.value = now), milliseconds)
  })
  onScopeDispose(() => clearTimeout(timer))
  return settled
}
