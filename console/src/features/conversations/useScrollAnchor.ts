import { nextTick, onScopeDispose, watch } from 'vue'
import type { Ref } from 'vue'

const near = 48

/**
 * Keeps the reader's place: at the end new lines pull the view along; anywhere else the line being read stays where it is,
 * whether lines come above or below. (Browsers that anchor by themselves are told not to: one of us must do it.)
 */
/** @param follows Whether the end is the end: a stretch of the past is not followed. */
export function useScrollAnchor(box: Ref<HTMLElement | null>, atBottom: Ref<boolean>, follows: () => boolean = () => true) {
  let pinned = true
  const toBottom = () => {
    pinned = true
    atBottom.value = true
    if (box.value) box.value.scrollTop = box.value.scrollHeight
  }
  function onScroll() {
    const element = box.value
    if (!element) return
    pinned = follows() && element.scrollHeight - element.scrollTop - element.clientHeight < near
    atBottom.value = pinned
  }
  /** Call before the lines change. */
  async function keep() {
    const element = box.value
    if (!element) return
    if (pinned) {
      await nextTick()
      return toBottom()
    }
    const top = element.getBoundingClientRect().top
    const first = [...element.querySelectorAll<HTMLElement>('[data-line]')].find(line => line.getBoundingClientRect().bottom > top)
    const before = first?.getBoundingClientRect().top
    await nextTick()
    if (first?.isConnected && before !== undefined) element.scrollTop += first.getBoundingClientRect().top - before
  }
  // The composer grows, the keyboard of a phone opens, a picture arrives: the end stays in view.
  const observer = new ResizeObserver(() => { if (pinned) toBottom() })
  watch(box, (now, _, onCleanup) => {
    if (!now) return
    const observed = [now, ...now.children]
    for (const element of observed) observer.observe(element)
    onCleanup(() => { for (const element of observed) observer.unobserve(element) })
  }, { immediate: true, flush: 'post' })
  onScopeDispose(() => observer.disconnect())
  return { toBottom, onScroll, keep }
}
