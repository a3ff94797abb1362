import type { Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'
import { Bell, Bot, Brush, Building2, ClipboardCheck, DoorOpen, Eraser, FileUp, Globe, HeartPulse, KeyRound, ListChecks, ListPlus, LogIn, MailCheck, MessageSquareQuote, MessagesSquare, Network, Palette, Route, ScrollText, ShieldCheck, ShieldUser, ShoppingBag, Stamp, Tags, UserRound, Users } from '@lucide/vue'
import type { Permission } from '@/features/identity'

/** Groups of the settings, in the order in which they are shown; their names are `settings.group.*`. */
export const settingsGroups = ['me', 'people', 'channels', 'conversations', 'contacts', 'workspace', 'security', 'work'] as const

export interface SettingsPage {
  group: (typeof settingsGroups)[number]
  path: string
  /** Locale key of its name. */
  title: string
  /** Locale key of the words it is also found by, separated by spaces. */
  words?: string
  icon: Component
  needs?: Permission
  component: RouteRecordRaw['component']
  /** Pages below it that the navigation does not show. */
  below?: readonly { path: string; title: string; component: RouteRecordRaw['component']; props?: boolean }[]
}

/**
 * Every page of the settings: a line here is all it takes to add one. The file and everything in it is loaded with the first page
 * of the settings; texts belong into a file that `locales/../later.ts` names.
 */
export const settingsPages: readonly SettingsPage[] = [
  { group: 'me', path: 'profile', title: 'profile.title', words: 'settings.words.profile', icon: UserRound, component: () => import('@/features/identity/ProfilePage.vue') },
  { group: 'me', path: 'notifications', title: 'notifications.title', words: 'settings.words.notifications', icon: Bell, component: () => import('@/features/notifications/NotificationsPage.vue') },
  { group: 'me', path: 'appearance', title: 'preferences.title', words: 'settings.words.appearance', icon: Palette, component: () => import('@/features/preferences/AppearancePage.vue') },
  { group: 'me', path: 'security', title: 'security.title', words: 'settings.words.security', icon: ShieldCheck, component: () => import('@/features/identity/SecurityPage.vue') },
  { group: 'me', path: 'tokens', title: 'tokens.title', words: 'settings.words.tokens', icon: KeyRound, component: () => import('@/features/identity/TokensPage.vue') },
  { group: 'people', path: 'agents', title: 'identity.agents.title', words: 'settings.words.agents', icon: Users, needs: 'agents.manage', component: () => import('@/features/identity/AgentsPage.vue') },
  {
    group: 'people', path: 'roles', title: 'roles.title', words: 'settings.words.roles', icon: ShieldUser, needs: 'roles.manage', component: () => import('@/features/identity/roles/RolesPage.vue'),
    below: [
      { path: 'roles/new', title: 'roles.new', component: () => import('@/features/identity/roles/RolePage.vue') },
      { path: 'roles/:id', title: 'roles.title', component: () => import('@/features/identity/roles/RolePage.vue'), props: true },
    ],
  },
  { group: 'people', path: 'teams', title: 'people.teams', words: 'settings.words.teams', icon: Network, needs: 'agents.manage', component: () => import('@/features/identity/TeamsPage.vue') },
  { group: 'conversations', path: 'bot', title: 'bot.title', words: 'settings.words.bot', icon: Bot, needs: 'bots.manage', component: () => import('@/features/bot/BotPage.vue') },
  { group: 'conversations', path: 'replies', title: 'replies.title', words: 'settings.words.replies', icon: MessageSquareQuote, needs: 'conversations.reply', component: () => import('@/features/replies/RepliesPage.vue') },
  { group: 'conversations', path: 'routing', title: 'routing.title', words: 'settings.words.routing', icon: Route, needs: 'routing.manage', component: () => import('@/features/routing/RoutingPage.vue') },
  {
    group: 'channels', path: 'channels', title: 'channels.title', words: 'settings.words.channels', icon: Globe, needs: 'channels.manage', component: () => import('@/features/channels/ChannelsPage.vue'),
    below: [
      { path: 'channels/new', title: 'channels.new', component: () => import('@/features/channels/platforms/GalleryPage.vue') },
      { path: 'channels/new/web', title: 'channels.newWeb', component: () => import('@/features/channels/ChannelPage.vue') },
      { path: 'channels/new/:kind', title: 'channels.new', component: () => import('@/features/channels/platforms/SetupPage.vue'), props: true },
      { path: 'channels/authorised', title: 'channels.title', component: () => import('@/features/channels/platforms/AuthorisedPage.vue') },
      { path: 'channels/:id', title: 'channels.title', component: () => import('@/features/channels/platforms/AnyChannelPage.vue'), props: true },
    ],
  },
  { group: 'conversations', path: 'rules', title: 'workbench.rules.title', words: 'settings.words.conversationRules', icon: MessagesSquare, needs: 'conversations.manage', component: () => import('@/features/conversations/settings/RulesPage.vue') },
  { group: 'conversations', path: 'wrap-up', title: 'wrapUp.planTitle', words: 'settings.words.wrapUp', icon: ClipboardCheck, needs: 'conversations.manage', component: () => import('@/features/conversations/wrapUp/WrapUpPage.vue') },
  { group: 'conversations', path: 'tags', title: 'workbench.tags.title', words: 'settings.words.conversationTags', icon: Tags, needs: 'tags.manage', component: () => import('@/features/conversations/settings/TagsPage.vue') },
  { group: 'conversations', path: 'fields', title: 'workbench.fields.title', words: 'settings.words.conversationFields', icon: ListPlus, needs: 'fields.manage', component: () => import('@/features/conversations/settings/FieldsPage.vue') },
  {
    group: 'contacts', path: 'imports', title: 'imports.title', words: 'settings.words.imports', icon: FileUp, needs: 'contacts.import', component: () => import('@/features/contacts/importing/ImportsPage.vue'),
    below: [{ path: 'imports/:id', title: 'imports.title', component: () => import('@/features/contacts/importing/ImportPage.vue'), props: true }],
  },
  { group: 'contacts', path: 'customer-data', title: 'customerData.title', words: 'settings.words.customerData', icon: ShoppingBag, needs: 'customer_data.manage', component: () => import('@/features/customerData/CustomerDataPage.vue') },
  { group: 'contacts', path: 'erasures', title: 'erasing.list', words: 'settings.words.erasures', icon: Eraser, needs: 'contacts.erase', component: () => import('@/features/contacts/erasing/ErasuresPage.vue') },
  { group: 'workspace', path: 'workspace', title: 'workspace.title', words: 'settings.words.workspace', icon: Building2, needs: 'workspace.manage', component: () => import('@/features/identity/WorkspacePage.vue') },
  { group: 'workspace', path: 'branding', title: 'branding.title', words: 'settings.words.branding', icon: Brush, needs: 'workspace.manage', component: () => import('@/features/branding/BrandPage.vue') },
  { group: 'workspace', path: 'server-mail', title: 'mail.server.title', words: 'settings.words.serverMail', icon: MailCheck, needs: 'workspace.manage', component: () => import('@/features/mail/ServerMailPage.vue') },
  { group: 'security', path: 'sign-in-rules', title: 'rules.title', words: 'settings.words.rules', icon: DoorOpen, needs: 'security.manage', component: () => import('@/features/identity/signOn/SignInRulesPage.vue') },
  {
    group: 'security', path: 'sso', title: 'sso.title', words: 'settings.words.sso', icon: LogIn, needs: 'security.manage', component: () => import('@/features/identity/signOn/ProvidersPage.vue'),
    below: [
      { path: 'sso/new', title: 'sso.add', component: () => import('@/features/identity/signOn/ProviderPage.vue') },
      { path: 'sso/:id', title: 'sso.title', component: () => import('@/features/identity/signOn/ProviderPage.vue'), props: true },
    ],
  },
  { group: 'security', path: 'approvals', title: 'approvals.title', words: 'settings.words.approvals', icon: Stamp, component: () => import('@/features/approvals/ApprovalsPage.vue') },
  { group: 'security', path: 'audit', title: 'audit.title', words: 'settings.words.audit', icon: ScrollText, needs: 'audit.read', component: () => import('@/features/identity/AuditPage.vue') },
  { group: 'work', path: 'background', title: 'background.title', words: 'settings.words.background', icon: ListChecks, needs: 'jobs.manage', component: () => import('@/features/background/BackgroundPage.vue') },
  { group: 'work', path: 'system', title: 'system.title', words: 'settings.words.system', icon: HeartPulse, needs: 'jobs.manage', component: () => import('@/features/system/SystemPage.vue') },
]

/** The routes of the pages, below /settings. */
export const settingsRoutes = (): RouteRecordRaw[] => settingsPages.flatMap(page => {
  const needs = page.needs ? { needs: page.needs } : {}
  return [
    { path: page.path, component: page.component, meta: { title: page.title, ...needs } },
    ...(page.below ?? []).map(one => ({ path: one.path, component: one.component, props: one.props ?? false, meta: { title: one.title, ...needs } })),
  ] as RouteRecordRaw[]
})
