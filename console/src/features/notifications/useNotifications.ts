import { onScopeDispose, watch } from 'vue'
import { useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import { useHttp } from '@/api/http'
import { useContactName } from '@/features/conversations'
import { useSession } from '@/features/identity'
import type { RunningNotifications } from './start'

/** Runs while the shell stands. The code itself is not part of the first load. */
export function useNotifications() {
  const [http, queries, session, route, router] = [useHttp(), useQueryClient(), useSession(), useRoute(), useRouter()]
  const { t, locale } = useI18n()
  const contactName = useContactName()
  const shown = () => (route.name === 'inbox' && typeof route.params['id'] === 'string' && route.params['id'] ? route.params['id'] : null)
  let running: RunningNotifications | null = null
  let over = false

  /** A server that restarts in this moment is waited for. */
  async function loaded() {
    while (!over) {
      try {
        return (await import('./start')).startNotifications
      } catch {
        await new Promise(resolve => setTimeout(resolve, 3000))
      }
    }
    return null
  }
  async function start(me: string) {
    const startNotifications = await loaded()
    if (over || !startNotifications) return
    running = startNotifications({
      http, queries, me,
      locale: () => locale.value,
      title: ({ event, who, channel }) => t(`app.calls.${event}`, { who: who ? contactName(who, channel) : t('app.someone') }),
      open: id => void router.push(`/inbox/all/${id}`),
    })
    running.look(shown())
  }
  const me = session.me?.id
  if (me) setTimeout(() => { if (!over) void start(me) }, 2000) // the inbox comes first
  watch(shown, id => running?.look(id))
  onScopeDispose(() => {
    over = true
    running?.stop()
  })
}
