import { computed, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'

const without = (ids: ReadonlySet<string>, id: string) => new Set([...ids].filter(one => one !== id))

export const toggled = (ids: ReadonlySet<string>, id: string): ReadonlySet<string> => (ids.has(id) ? without(ids, id) : new Set([...ids, id]))

/** Everything from the last one picked to this one, as a file list does it. */
export function ranged(ids: ReadonlySet<string>, order: readonly string[], from: string | null, to: string): ReadonlySet<string> {
  const [a, b] = [from === null ? -1 : order.indexOf(from), order.indexOf(to)]
  if (b < 0) return ids
  return a < 0 ? new Set([...ids, to]) : new Set([...ids, ...order.slice(Math.min(a, b), Math.max(a, b) + 1)])
}

/** Which conversations of a list are picked; `all` means every one that the list matches, loaded or not. Another list begins anew. */
export function useSelection(scope: Ref<unknown>) {
  const ids = shallowRef<ReadonlySet<string>>(new Set())
  const all = shallowRef(false)
  let last: string | null = null

  function clear() {
    ids.value = new Set()
    all.value = false
    last = null
  }
  watch(scope, clear)
  return {
    ids,
    all,
    any: computed(() => all.value || ids.value.size > 0),
    has: (id: string) => all.value || ids.value.has(id),
    clear,
    pick(id: string, extend: boolean, order: readonly string[]) {
      // With everything picked, picking means to start with just this one.
      ids.value = all.value ? new Set([id]) : extend ? ranged(ids.value, order, last, id) : toggled(ids.value, id)
      all.value = false
      last = id
    },
    pickLoaded(order: readonly string[]) {
      ids.value = new Set(order)
      all.value = false
    },
    pickAll() {
      all.value = true
    },
  }
}

export type ConversationSelection = ReturnType<typeof useSelection>
