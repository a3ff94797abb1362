import type { QueryClient } from '@tanstack/vue-query'
import type { Http } from '@/api/client'
import { ownSource, profileKey } from '@/features/identity'
import type { Profile } from '@/features/identity'
import { createCaller } from './caller'
import type { Happening } from './events'
import { lead } from './leader'
import { pushSource, resumeHere } from './push'
import { createTabs } from './tabs'
import { unlockSound } from './tones'
import { watchForMe } from './watch'

export interface NotificationsOptions {
  http: Http
  queries: QueryClient
  me: string
  locale: () => string
  title: (happening: Happening) => string
  open: (conversation: string) => void
}

export interface RunningNotifications {
  /** The conversation that this tab shows. */
  look(conversation: string | null): void
  stop(): void
}

/** Calls the agent about what happens, as their settings say, while this page or another of this browser is open. */
export function startNotifications({ http, queries, me, locale, title, open }: NotificationsOptions): RunningNotifications {
  const source = ownSource(http)
  const load = () => queries.fetchQuery({ queryKey: profileKey, queryFn: source.me, staleTime: 60_000 }).catch(() => undefined)
  void load()
  const tabs = createTabs(news => {
    if (news.type === 'settings') void queries.invalidateQueries({ queryKey: profileKey }).then(load)
    else if (news.type === 'open' && document.visibilityState === 'visible') open(news.conversation)
  })
  // Settings that were saved in this tab count in the leading one as well.
  const unsubscribe = queries.getQueryCache().subscribe(event => {
    if (event.type === 'updated' && event.action.type === 'success' && event.action.manual && event.query.queryKey[0] === profileKey[0] && event.query.queryKey.length === 1) tabs.tell({ type: 'settings' })
  })
  let worker: ServiceWorkerRegistration | undefined
  void navigator.serviceWorker?.ready.then(ready => { worker = ready })
  void resumeHere(pushSource(http), me).catch(() => undefined) // once more with the next start
  const caller = createCaller({ worker: () => worker, profile: () => queries.getQueryData<Profile>(profileKey), title, looksAt: tabs.looksAt, anyFocused: tabs.anyFocused, open })
  const gestures = ['pointerdown', 'keydown'] as const
  for (const gesture of gestures) window.addEventListener(gesture, unlockSound, { once: true, capture: true })

  const stopLeading = lead(`queqiao.notifications.${me}`, signal => {
    const stop = watchForMe({ http, me, locale, happened: happening => void caller.call(happening) })
    signal.addEventListener('abort', stop, { once: true })
  })
  return {
    look: tabs.look,
    stop() {
      stopLeading()
      unsubscribe()
      tabs.close()
      for (const gesture of gestures) window.removeEventListener(gesture, unlockSound, { capture: true })
    },
  }
}
