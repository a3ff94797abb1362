import { ref, watch } from 'vue'

/**
 * A list of offers under a text field, which keeps the focus and passes its keys on: up and down walk round, Enter and Tab choose.
 * `key` says true when the key was meant for the list.
 */
export function useListKeys<T>(offers: () => readonly T[], choose: (one: T) => void) {
  const at = ref(0)
  watch(offers, () => (at.value = 0))

  function key(event: KeyboardEvent): boolean {
    const all = offers()
    const now = all[at.value]
    if (now === undefined) return false
    if (event.key === 'ArrowDown') at.value = (at.value + 1) % all.length
    else if (event.key === 'ArrowUp') at.value = (at.value + all.length - 1) % all.length
    else if (event.key === 'Enter' || event.key === 'Tab') choose(now)
    else return false
    event.preventDefault()
    return true
  }
  return { at, key }
}
