import { shallowRef, watch } from 'vue'
import type { Ref } from 'vue'

const often = 50

/**
 * Of which conversation the cards may show: once what they ask for has come, for one after the other each would push those below it.
 * One that is slow is not waited for.
 */
export function useTogether(id: () => string, asking: () => number, most = 1000): Readonly<Ref<string>> {
  const shown = shallowRef('')
  watch(id, (now, _, onCleanup) => {
    let waited = 0
    const timer = setInterval(() => {
      waited += often
      if (asking() > 0 && waited < most) return
      shown.value = now
      clearInterval(timer)
    }, often)
    onCleanup(() => clearInterval(timer))
  }, { immediate: true, flush: 'sync' })
  return shown
}
