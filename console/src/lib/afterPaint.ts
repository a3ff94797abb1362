import { onScopeDispose, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'

/** Runs once what is on its way to the screen has been painted; a page in the background paints nothing and does not wait. */
export function afterPaint(work: () => void): () => void {
  if (document.visibilityState !== 'visible') {
    work()
    return () => null
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  const frame = requestAnimationFrame(() => (timer = setTimeout(work)))
  return () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
}

/** The same value a paint later: what was pressed shows at once, what is slow to draw follows. Of many changes in between only the last counts. */
export function useAfterPaint<T>(source: () => T): Readonly<Ref<T>> {
  const shown = shallowRef(source()) as Ref<T>
  let cancel = () => {}
  watch(source, now => {
    cancel()
    cancel = afterPaint(() => (shown.value = now))
  }, { flush: 'sync' })
  onScopeDispose(() => cancel())
  return shown
}
