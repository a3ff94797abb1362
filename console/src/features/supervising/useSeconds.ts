import { onScopeDispose, shallowRef } from 'vue'

/** The time, each second: for clocks that somebody watches. */
export function useSeconds() {
  const now = shallowRef(Date.now())
  const timer = setInterval(() => { if (document.visibilityState === 'visible') now.value = Date.now() }, 1000)
  onScopeDispose(() => clearInterval(timer))
  return now
}
