import { createRouter, createWebHistory } from 'vue-router'
import type { RouteRecordRaw } from 'vue-router'
import { views } from '@/api/types'
import { useSession } from '@/features/identity'
import type { IdentitySource, Permission } from '@/features/identity'
import { Problem } from '@/api/client'
import AwayPage from './AwayPage.vue'
import { loadLater } from './i18n'
import Shell from './Shell.vue'

declare module 'vue-router' {
  interface RouteMeta {
    open?: boolean
    needs?: Permission
    title?: string
    /** Its texts are not among those of the first load. */
    later?: boolean
  }
}

/** What stands beside the list of settings on a wide screen before a page is chosen. */
const Nothing = { render: () => null }
/** Its rarer texts follow when the page is there: the first load does without them. */
const inbox = () => import('@/features/conversations/InboxPage.vue').then(page => (void loadLater(), page))
const routes: RouteRecordRaw[] = [
  { path: '/sign-in', component: () => import('@/features/identity/SignInPage.vue'), meta: { open: true, title: 'identity.signIn.title' } },
  { path: '/sso', component: () => import('@/features/identity/signOn/SsoPage.vue'), meta: { open: true, later: true, title: 'identity.signIn.title' } },
  { path: '/invitation', component: () => import('@/features/identity/InvitationPage.vue'), meta: { open: true, later: true, title: 'people.accept.title' } },
  { path: '/reset', component: () => import('@/features/identity/ResetPage.vue'), meta: { open: true, later: true, title: 'people.reset.title' } },
  { path: '/second-factor', name: 'second-factor', component: () => import('@/features/identity/SecondFactorPage.vue'), meta: { later: true, title: 'security.factor.title' } },
  // Part of the first load: what is not here already cannot be fetched now.
  { path: '/away', component: AwayPage, meta: { open: true, title: 'app.awayTitle' } },
  { path: '/setup', component: () => import('@/features/identity/SetUpPage.vue'), meta: { open: true, title: 'identity.setUp.title' } },
  { path: '/setup/channel', component: () => import('@/features/channels/FirstChannelPage.vue'), meta: { needs: 'channels.manage', title: 'channels.first.title' } },
  { path: '/try/:id', component: () => import('@/features/tour/TryPage.vue'), props: true, meta: { open: true, later: true, title: 'tour.try.title' } },
  {
    path: '/',
    component: Shell,
    children: [
      { path: '', redirect: '/inbox' },
      { path: 'inbox', redirect: '/inbox/mine' },
      { path: `inbox/:view(${views.join('|')}|[0-9a-f-]{36})/:id?/:details(details)?`, name: 'inbox', component: inbox, props: true, meta: { title: 'conversations.title' } },
      { path: 'contacts/:id?', component: () => import('@/features/contacts/ContactsPage.vue'), props: true, meta: { needs: 'contacts.read', title: 'app.contacts', later: true } },
      {
        path: 'knowledge', component: () => import('@/features/knowledge/KnowledgePage.vue'), meta: { needs: 'knowledge.read', title: 'app.knowledge', later: true },
        children: [
          { path: '', component: () => import('@/features/knowledge/ItemsPage.vue') },
          { path: 'review', component: () => import('@/features/knowledge/ItemsPage.vue'), props: { state: 'review' } },
          { path: 'new/:kind(faq|article)', component: () => import('@/features/knowledge/ItemPage.vue'), props: true },
          { path: 'items/:id', component: () => import('@/features/knowledge/ItemPage.vue'), props: true },
          { path: 'graph', component: () => import('@/features/knowledge/GraphPage.vue') },
          { path: 'words', component: () => import('@/features/knowledge/WordsPage.vue') },
          { path: 'checks', component: () => import('@/features/knowledge/ChecksPage.vue') },
          { path: 'reports', component: () => import('@/features/knowledge/ReportsPage.vue') },
          { path: 'imports', component: () => import('@/features/knowledge/ImportsPage.vue'), meta: { needs: 'knowledge.manage' } },
          { path: 'imports/:id', component: () => import('@/features/knowledge/ImportPage.vue'), props: true, meta: { needs: 'knowledge.manage' } },
          { path: 'help', component: () => import('@/features/knowledge/HelpSettingsPage.vue'), meta: { needs: 'knowledge.manage' } },
        ],
      },
      { path: 'welcome', component: () => import('@/features/tour/WelcomePage.vue'), meta: { needs: 'channels.read', title: 'tour.title', later: true } },
      { path: 'board', component: () => import('@/features/supervising/BoardPage.vue'), meta: { needs: 'conversations.supervise', title: 'app.board', later: true } },
      { path: 'board/presence', component: () => import('@/features/supervising/PresencePage.vue'), meta: { needs: 'conversations.supervise', title: 'supervising.presence.title', later: true } },
      { path: 'search', component: () => import('@/features/search/SearchPage.vue'), name: 'search', meta: { title: 'app.search', later: true } },
      { path: 'settings', component: () => import('./SettingsPage.vue'), name: 'settings', children: [{ path: '', name: 'settings.list', component: Nothing }, { path: ':rest(.*)*', component: () => import('./NotFoundPage.vue') }], meta: { title: 'app.settings', later: true } },
      { path: ':rest(.*)*', component: () => import('./NotFoundPage.vue'), meta: { title: 'app.notFound.title' } },
    ],
  },
]
if (import.meta.env.DEV) routes.unshift({ path: '/_kit', component: () => import('@/kit/KitPage.vue'), meta: { open: true } })

export function createAppRouter(source: IdentitySource) {
  const router = createRouter({ history: createWebHistory(import.meta.env.BASE_URL), routes })
  let asked = false

  let setUpRequired = false

  async function findSession() {
    const session = useSession()
    try {
      const start = await source.start()
      setUpRequired = start.required
      if (start.signedIn) session.begin(await source.session())
    } catch (error) {
      // Signed out between the two questions: the sign-in page. No answer says nothing about who is here.
      if (!(error instanceof Problem) || error.transient) return 'away' as const
    }
    asked = true
    return session.session !== null
  }

  router.beforeEach(async to => {
    const session = useSession()
    if (session.session) setUpRequired = false // somebody works here now, signed in or not
    if (to.meta.open) return true
    const found = session.session !== null || (!asked && await findSession())
    if (found === 'away') return { path: '/away', query: { back: to.fullPath } }
    if (!found) {
      return setUpRequired && !session.session ? '/setup' : { path: '/sign-in', query: { back: to.fullPath } }
    }
    if (session.session?.limitedTo && to.name !== 'second-factor') return { path: '/second-factor', query: { back: to.fullPath } }
    return !to.meta.needs || session.can(to.meta.needs) || '/inbox'
  })

  let settings: Promise<void> | undefined
  /** The settings' pages are routes from when the first of them is asked for. */
  const loadSettings = () => (settings ??= import('./settings').then(
    ({ settingsRoutes }) => settingsRoutes().forEach(route => router.addRoute('settings', route)),
    (error: unknown) => { settings = undefined; throw error }))
  const wide = window.matchMedia('(min-width: 768px)')

  router.beforeEach(async to => {
    if (to.matched.some(route => route.meta.later)) await loadLater()
    if (to.matched[1]?.name !== 'settings') return true
    const known = settings !== undefined
    await loadSettings()
    if (!known) return to.fullPath // again, now that its page is known
    return /^\/settings\/?$/.test(to.path) && wide.matches ? '/settings/profile' : true
  })

  // A new version was deployed while this page was open: its old chunks are gone. Once; a loop would hide a real fault.
  router.onError((error: unknown, to) => {
    const key = 'queqiao.reloaded'
    if (!/dynamically imported module|Importing a module script failed|error loading/i.test(String(error)) || sessionStorage.getItem(key) === to.fullPath) return
    sessionStorage.setItem(key, to.fullPath)
    location.assign(router.resolve(to.fullPath).href)
  })
  return router
}
