import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { Problem } from '@/api/client'
import type { IdentitySource } from '@/features/identity'
import { createAppRouter } from './router'

vi.mock('@/features/conversations/InboxPage.vue', () => ({ default: { render: () => null } }))
vi.mock('./i18n', () => ({ loadLater: () => Promise.resolve() }))
const session = { agent: { id: 'me', name: 'Li' }, permissions: [] }

it('asks nobody to sign in because the server is away, and goes on when it is back', async () => {
  setActivePinia(createPinia())
  const start = vi.fn<() => Promise<unknown>>().mockRejectedValue(new Problem(0, 'offline', null))
  const router = createAppRouter({ start, session: () => Promise.resolve(session) } as unknown as IdentitySource)
  await router.push('/inbox/all')
  expect(router.currentRoute.value.fullPath).toBe('/away?back=/inbox/all')
  await router.replace('/inbox/all')
  expect(router.currentRoute.value.path).toBe('/away')
  start.mockResolvedValue({ required: false, signedIn: true })
  await router.replace('/inbox/all')
  expect(router.currentRoute.value.fullPath).toBe('/inbox/all')
})

it('asks whoever is not signed in to do so', async () => {
  setActivePinia(createPinia())
  const router = createAppRouter({ start: () => Promise.resolve({ required: false, signedIn: false }) } as unknown as IdentitySource)
  await router.push('/inbox/all')
  expect(router.currentRoute.value.fullPath).toBe('/sign-in?back=/inbox/all')
})
