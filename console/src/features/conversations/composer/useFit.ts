import { nextTick, watch } from 'vue'
import type { Ref, WatchSource } from 'vue'

/** A text field as high as its text, where the browser cannot do it by itself. */
export function useFit(area: Readonly<Ref<HTMLTextAreaElement | null>>, changes: WatchSource[]) {
  function fit() {
    const element = area.value
    if (!element || CSS.supports('field-sizing', 'content')) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }
  watch(changes, () => void nextTick(fit), { immediate: true })
}
