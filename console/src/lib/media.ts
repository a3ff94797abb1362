import { onScopeDispose, shallowRef } from 'vue'

export function useMedia(query: string) {
  const list = window.matchMedia(query)
  const matches = shallowRef(list.matches)
  const changed = () => (matches.value = list.matches)
  list.addEventListener('change', changed)
  onScopeDispose(() => list.removeEventListener('change', changed))
  return matches
}
