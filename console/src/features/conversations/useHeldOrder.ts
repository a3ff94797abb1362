import { computed, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'
import type { Row } from '@/api/types'

export interface ShownRow { row: Row; left: boolean }

/**
 * The list must not move under the hand: while `held`, rows keep their places, new ones wait, and those that left stay, dimmed.
 * `expected` are the agent's own acts: these show at once.
 */
export function useHeldOrder(rows: Ref<readonly Row[]>, held: Ref<boolean>, scope: Ref<unknown>, expected: (id: string) => boolean = () => false) {
  const frozen = shallowRef<readonly Row[] | null>(null)
  const release = () => (frozen.value = held.value ? rows.value : null)
  watch([held, scope], release, { flush: 'sync' })

  const current = computed(() => new Map(rows.value.map(row => [row.id, row])))
  const shown = computed<ShownRow[]>(() => {
    if (!frozen.value) return rows.value.map(row => ({ row, left: false }))
    return frozen.value.flatMap(old => {
      const now = current.value.get(old.id)
      if (now) return { row: now, left: false }
      return expected(old.id) ? [] : { row: old, left: true }
    })
  })
  /** How many rows would move, come or go. Rows at the end that paging brought are no change. */
  const changed = computed(() => {
    if (!frozen.value) return 0
    const places = new Map(frozen.value.map((row, n) => [row.id, n]))
    const left = frozen.value.filter(row => !current.value.has(row.id) && !expected(row.id)).length
    const kept = rows.value.filter(row => places.has(row.id)).map(row => places.get(row.id) as number)
    const lastKept = rows.value.findLastIndex(row => places.has(row.id))
    const came = rows.value.filter((row, n) => !places.has(row.id) && n < lastKept).length
    return left + came + kept.length - longestRise(kept)
  })
  // Paging goes on while the order is held: what lies behind the last known row is simply appended.
  watch(rows, now => {
    const old = frozen.value
    if (!old) return
    const known = new Set(old.map(row => row.id))
    const lastKept = now.findLastIndex(row => known.has(row.id))
    const more = now.slice(lastKept + 1)
    if (more.length) frozen.value = [...old, ...more]
  }, { flush: 'sync' })

  return { shown, changed, release }
}

/** Length of the longest increasing subsequence: those rows are in order, the rest has moved. */
export function longestRise(values: readonly number[]) {
  const tails: number[] = []
  for (const value of values) {
    let low = 0
    let high = tails.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((tails[middle] as number) < value) low = middle + 1
      else high = middle
    }
    tails[low] = value
  }
  return tails.length
}
