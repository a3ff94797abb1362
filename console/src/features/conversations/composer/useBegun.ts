import { watch } from 'vue'
import type { Ref } from 'vue'

/** At which seq each reply was begun: what others say after that is shown before it goes. */
export function useBegun(text: Ref<string>, place: Ref<string>, seq: () => number) {
  const begun = new Map<string, number>()
  watch([text, place], ([now, at]) => {
    if (!now) begun.delete(at)
    else if (!begun.has(at)) begun.set(at, seq())
  }, { immediate: true })
  return () => begun.get(place.value) ?? seq()
}
