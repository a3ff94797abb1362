// The console as an installed app. Two promises:
// 1. Nothing but the program itself is ever kept: files below /console/assets/ (their names carry a hash) and the page that starts
//    them. No answer of the API, no file of a conversation, nothing about anybody.
// 2. It is never in the way of a new version: the page is asked for on the network first.
const cacheName = 'queqiao-program-1'
const shell = '/console/'
const mostFiles = 200

self.addEventListener('install', event => event.waitUntil(caches.open(cacheName).then(cache => cache.add(new Request(shell, { cache: 'reload' }))).catch(() => {}).then(() => self.skipWaiting())))

self.addEventListener('activate', event => event.waitUntil(
  caches.keys().then(names => Promise.all(names.filter(name => name !== cacheName).map(name => caches.delete(name)))).then(() => self.clients.claim())))

const isProgram = url => url.origin === location.origin && /^\/console\/assets\/[\w.-]+\.(js|css|woff2|svg)$/.test(url.pathname)

self.addEventListener('fetch', event => {
  const { request } = event
  if (request.method !== 'GET') return
  const url = new URL(request.url)
  if (isProgram(url)) event.respondWith(program(request))
  else if (request.mode === 'navigate' && url.origin === location.origin && url.pathname.startsWith(shell)) event.respondWith(page(request))
  // Everything else goes by as if nobody were here.
})

async function program(request) {
  const cache = await caches.open(cacheName)
  const known = await cache.match(request)
  if (known) return known
  const answer = await fetch(request)
  if (answer.ok && answer.type === 'basic') {
    await cache.put(request, answer.clone())
    const names = await cache.keys()
    // What older versions left behind goes first.
    await Promise.all(names.filter(one => new URL(one.url).pathname !== shell).slice(0, Math.max(0, names.length - mostFiles)).map(one => cache.delete(one)))
  }
  return answer
}

async function page(request) {
  try {
    const answer = await fetch(request)
    if (answer.ok && answer.headers.get('content-type')?.startsWith('text/html')) await (await caches.open(cacheName)).put(shell, answer.clone())
    return answer
  } catch (away) {
    // The console says itself that it is offline.
    const known = await caches.match(shell)
    if (known) return known
    throw away
  }
}

self.addEventListener('notificationclick', event => {
  event.notification.close()
  const path = event.notification.data?.path ?? '/console/inbox'
  event.waitUntil(self.clients.matchAll({ type: 'window', includeUncontrolled: true }).then(async all => {
    const open = all.find(client => new URL(client.url).pathname.startsWith(shell))
    if (!open) return self.clients.openWindow(path)
    await open.focus()
    open.postMessage({ type: 'open', path })
  }))
})

// Calls while nobody is before the console. What comes was encrypted for this browser (RFC 8291).
self.addEventListener('push', event => {
  let notice
  try { notice = event.data.json() } catch { return } // not from our server
  event.waitUntil(call(notice))
})

async function call({ title, body, tag, path }) {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  // Whoever has the console before their eyes is called by the page.
  if (tag !== 'queqiao test' && windows.some(client => client.focused && new URL(client.url).pathname.startsWith(shell))) return
  const safe = typeof path === 'string' && path.startsWith(shell) ? path : shell + 'inbox'
  await self.registration.showNotification(String(title), { body: String(body ?? ''), tag: String(tag ?? ''), icon: shell + 'icon-192.png', data: { path: safe } })
}

// The browser has changed its address: the server hears of it, if somebody is still signed in.
self.addEventListener('pushsubscriptionchange', event => event.waitUntil((async () => {
  const options = event.oldSubscription?.options
  const now = event.newSubscription ?? (options && await self.registration.pushManager.subscribe(options))
  if (!now) return
  const { endpoint, keys } = now.toJSON()
  await fetch('/api/v1/me/push/browsers', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ endpoint, keys, name: (self.navigator.userAgentData?.platform || 'Browser').slice(0, 60) }) }).catch(() => {})
})()))
