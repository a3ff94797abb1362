import { onScopeDispose, watch } from 'vue'
import type { WatchSource } from 'vue'

const again = 3000
const silence = 4000

/** Tells others that one is typing: now and then while it goes on, and once when it is over. */
export function useTypingNotice(tell: (on: boolean) => void, over: WatchSource[]) {
  let told = 0
  let quiet: ReturnType<typeof setTimeout> | undefined
  function stop() {
    clearTimeout(quiet)
    if (told) tell(false)
    told = 0
  }
  watch(over, stop, { flush: 'sync' })
  onScopeDispose(stop)
  return {
    stop,
    typed(something: boolean) {
      if (!something) return stop()
      if (Date.now() - told > again) {
        told = Date.now()
        tell(true)
      }
      clearTimeout(quiet)
      quiet = setTimeout(stop, silence)
    },
  }
}
