import { beforeEach, describe, expect, it, vi } from 'vitest'
import { bytesOf, pushObstacle, resumeHere, subscribeHere } from './push'
import type { PushSource, PushView } from './push'

const key = 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'
const browserOf = (applicationServerKey: Uint8Array | null) => ({
  options: { applicationServerKey: applicationServerKey?.buffer ?? null }, unsubscribe: vi.fn(async () => true),
  toJSON: () => ({ endpoint: 'https://push.example.net/a', keys: { p256dh: 'p', auth: 'a' } }),
})
let existing: ReturnType<typeof browserOf> | null
const view = (here: boolean): PushView => ({ publicKey: key, content: 'minimal', rules: { assigned: true, message: true, mention: true, waiting: false }, browsers: [{ id: '1', name: 'x', here, createdAt: '', sentAt: null, trouble: null }] })
const sourceOf = (here = false) => ({ show: vi.fn(async () => view(here)), subscribe: vi.fn(async (browser: unknown) => browser) }) as unknown as PushSource & { subscribe: ReturnType<typeof vi.fn> }

beforeEach(() => {
  localStorage.clear()
  existing = null
  const subscribe = vi.fn(async ({ applicationServerKey }: { applicationServerKey: Uint8Array }) => (existing ??= browserOf(applicationServerKey)))
  const worker = { pushManager: { getSubscription: async () => existing, subscribe } }
  vi.stubGlobal('Notification', { permission: 'granted', requestPermission: async () => 'granted' })
  vi.stubGlobal('PushManager', class {})
  vi.stubGlobal('isSecureContext', true)
  Object.defineProperty(navigator, 'serviceWorker', { configurable: true, value: { ready: Promise.resolve(worker), getRegistration: async () => worker } })
})

describe('pushes in this browser', () => {
  it('are subscribed to with the server\'s key, which is a point', async () => {
    expect(bytesOf(key)).toHaveLength(65)
    const source = sourceOf()
    await subscribeHere(source, key, 'me')
    expect(source.subscribe).toHaveBeenCalledWith(expect.objectContaining({ endpoint: 'https://push.example.net/a', keys: { p256dh: 'p', auth: 'a' } }))
  })
  it('of another server are given up first', async () => {
    const old = existing = browserOf(new Uint8Array(65))
    old.unsubscribe.mockImplementation(async () => { existing = null; return true })
    await subscribeHere(sourceOf(), key, 'me')
    expect(old.unsubscribe).toHaveBeenCalled()
  })
  it('go on after signing in anew, for who turned them on and nobody else', async () => {
    await subscribeHere(sourceOf(), key, 'me')
    for (const [me, here, told] of [['me', false, 1], ['me', true, 0], ['you', false, 0]] as const) {
      const source = sourceOf(here)
      await resumeHere(source, me)
      expect(source.subscribe, `${me} ${here}`).toHaveBeenCalledTimes(told)
    }
  })
  it('say what keeps them away', () => {
    expect(pushObstacle()).toBeNull()
    vi.stubGlobal('Notification', { permission: 'denied' })
    expect(pushObstacle()).toBe('denied')
    vi.stubGlobal('isSecureContext', false)
    expect(pushObstacle()).toBe('insecure')
  })
})
