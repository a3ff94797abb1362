import { createApp, watch } from 'vue'
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createHttp, Problem } from '@/api/client'
import { httpKey } from '@/api/http'
import { useApproval, watchApprovals } from '@/features/approvals'
import { createLive, fileDeskKey, liveKey } from '@/features/conversations'
import { identitySource, useProof, useSession } from '@/features/identity'
import { showToast } from '@/ui'
import App from './App.vue'
import { currentLocale, followLocale, i18n } from './i18n'
import { createAppRouter } from './router'
import './styles.css'

const app = createApp(App).use(createPinia()).use(i18n)
const session = useSession()
const proof = useProof()
const approval = useApproval()
const queries = new QueryClient({
  defaultOptions: {
    // Fresh data is pushed: nothing is fetched again because a window got the focus.
    queries: {
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      networkMode: 'always',
      gcTime: 15 * 60_000,
      retry: (count, error) => count < 2 && error instanceof Problem && error.transient,
    },
    mutations: { networkMode: 'always' },
  },
})
const http = createHttp({ locale: currentLocale, onSignedOut: () => session.end(true), prove: () => proof.ask(), approve: () => approval.ask() })
const identity = identitySource(http)
const router = createAppRouter(identity)
const live = createLive({ http, queries, locale: currentLocale, confirmSession: () => identity.session().then(() => true, () => false) })

// Whoever has to set up a second factor first is signed in, but not at work.
watch([() => session.me?.id, () => session.session?.limitedTo], (_, [before]) => {
  if (session.me) return session.session?.limitedTo ? undefined : live.start(session.me)
  live.stop()
  if (!before) return
  queries.clear()
  const back = router.currentRoute.value.fullPath
  void router.replace(session.expired ? { path: '/sign-in', query: { back } } : '/sign-in')
})

watch(() => session.me?.id, (me, _, onCleanup) => {
  if (!me || !session.can('approvals.decide')) return
  const look = { label: i18n.global.t('app.approvalsLook'), run: () => void router.push('/settings/approvals') }
  onCleanup(watchApprovals(http, n => showToast(i18n.global.t('app.approvalsWaiting', { n }), { action: look })))
})

app.use(VueQueryPlugin, { queryClient: queries }).provide(httpKey, http).provide(liveKey, live).provide(fileDeskKey, live.files)
await followLocale()
app.use(router).mount('#app')
// Not before the page works.
if (import.meta.env.PROD) void import('@/features/installing/later').then(({ start }) => start(path => void router.push(path)))
