import { onScopeDispose, shallowRef, watch } from 'vue'
import type { Router } from 'vue-router'
import { afterPaint } from '@/lib/afterPaint'

/**
 * What is chosen shows before the address follows: changing the address (guards, history, everything that looks at the route) is no
 * part of what a key waits for. Whoever leaves the inbox meanwhile has left it.
 */
export function useAhead(id: () => string, follow: (next: string) => unknown, router: Pick<Router, 'beforeEach'>) {
  const chosen = shallowRef(id())
  let cancel = () => {}
  watch(id, now => {
    cancel()
    chosen.value = now
  }, { flush: 'sync' })
  const stop = router.beforeEach(to => { if (to.name !== 'inbox') cancel() })
  onScopeDispose(() => { cancel(); stop() })

  function go(next: string) {
    cancel()
    chosen.value = next
    cancel = afterPaint(() => void follow(next))
  }
  return { chosen, go }
}
