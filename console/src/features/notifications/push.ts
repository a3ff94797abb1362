import type { Http } from '@/api/client'
import { describeBrowser } from '@/features/identity'
import { localStore } from '@/lib/storage'

export interface PushRules { assigned: boolean; message: boolean; mention: boolean; waiting: boolean }
export interface PushBrowser { id: string; name: string; here: boolean; createdAt: string; sentAt: string | null; trouble: string | null }
export const pushContents = ['minimal', 'name', 'text'] as const
export type PushContent = (typeof pushContents)[number]
export interface PushView { publicKey: string; content: PushContent; rules: PushRules; browsers: PushBrowser[] }

export const pushKey = ['push'] as const
export const pushSource = (http: Http) => ({
  show: () => http.get<PushView>('/api/v1/me/push'),
  choose: (rules: PushRules) => http.put<PushRules>('/api/v1/me/push/rules', rules),
  subscribe: (browser: { endpoint: string; keys: { p256dh: string; auth: string }; name: string }) => http.post<PushBrowser>('/api/v1/me/push/browsers', browser),
  remove: (id: string) => http.remove(`/api/v1/me/push/browsers/${id}`),
  test: (id: string) => http.post<{ sent: boolean; trouble: string | null }>(`/api/v1/me/push/browsers/${id}/test`, {}),
  changeContent: (content: PushContent) => http.put<{ content: PushContent }>('/api/v1/push', { content }),
})
export type PushSource = ReturnType<typeof pushSource>

/** What keeps this browser from receiving pushes; null: nothing. */
export function pushObstacle(scope: Window = window): 'insecure' | 'none' | 'denied' | null {
  if (!scope.isSecureContext) return 'insecure'
  if (!('serviceWorker' in scope.navigator) || !('PushManager' in scope) || !('Notification' in scope)) return 'none'
  return (scope as typeof globalThis & Window).Notification.permission === 'denied' ? 'denied' : null
}

/** Base64url as the server writes it, as bytes. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, one => one.charCodeAt(0))
}

const sameKey = (subscription: PushSubscription, key: Uint8Array) => {
  const own = subscription.options.applicationServerKey
  return own !== null && own.byteLength === key.length && new Uint8Array(own).every((byte, i) => byte === key[i])
}

/** Who turned it on in this browser: only for them it goes on after signing in anew. */
const ownerKey = 'queqiao.push'

/** What this browser is called in the list. */
function nameHere() {
  const { browser, system } = describeBrowser(navigator.userAgent)
  return [browser, system].filter(Boolean).join(' · ') || 'Browser'
}

async function tell(source: PushSource, subscription: PushSubscription) {
  const { endpoint, keys } = subscription.toJSON()
  if (!endpoint || !keys?.['p256dh'] || !keys['auth']) throw new Error('the browser gave no keys')
  return source.subscribe({ endpoint, keys: { p256dh: keys['p256dh'], auth: keys['auth'] }, name: nameHere() })
}

/** Asks for permission where it was not asked yet. Null: the person said no. */
export async function subscribeHere(source: PushSource, publicKey: string, me: string) {
  if ((await Notification.requestPermission()) !== 'granted') return null
  const worker = await navigator.serviceWorker.ready
  const key = bytesOf(publicKey)
  const before = await worker.pushManager.getSubscription()
  if (before && !sameKey(before, key)) await before.unsubscribe() // of another server, or of a store that was made anew
  const told = await tell(source, await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }))
  localStore.write(ownerKey, me)
  return told
}

export async function unsubscribeHere() {
  localStore.write(ownerKey, null)
  if (!('serviceWorker' in navigator)) return
  const worker = await navigator.serviceWorker.getRegistration('/console/')
  await (await worker?.pushManager?.getSubscription())?.unsubscribe()
}

/** After signing in anew: a browser that received pushes before goes on, for this session. */
export async function resumeHere(source: PushSource, me: string) {
  if (localStore.read(ownerKey) !== me || pushObstacle() || Notification.permission !== 'granted') return
  const worker = await navigator.serviceWorker.getRegistration('/console/')
  const subscription = await worker?.pushManager.getSubscription()
  if (!subscription) return
  const view = await source.show()
  if (sameKey(subscription, bytesOf(view.publicKey)) && !view.browsers.some(browser => browser.here)) await tell(source, subscription)
}
