import { computed, shallowRef } from 'vue'
import type { Ref } from 'vue'

const size = 300
const step = 100

/** At most 300 lines are in the page, however long the conversation: the window moves with the reader. */
export function useWindow<T>(lines: Ref<readonly T[]>) {
  /** Lines hidden below the window; 0 follows the end. */
  const below = shallowRef(0)
  const end = computed(() => Math.max(Math.min(size, lines.value.length), lines.value.length - below.value))
  const start = computed(() => Math.max(0, end.value - size))
  return {
    visible: computed(() => lines.value.slice(start.value, end.value)),
    hiddenAbove: computed(() => start.value > 0),
    hiddenBelow: computed(() => end.value < lines.value.length),
    up: () => (below.value = Math.min(below.value + step, Math.max(0, lines.value.length - size))),
    down: () => (below.value = Math.max(0, below.value - step)),
    toEnd: () => (below.value = 0),
    /** Moves the window so that a line is about in its middle. */
    toLine: (index: number) => (below.value = Math.max(0, Math.min(lines.value.length - size, lines.value.length - index - size / 2))),
    /** New lines at the end push nothing out of a window that the reader has moved up. */
    grew: (count: number) => { if (below.value > 0) below.value += count },
  }
}
