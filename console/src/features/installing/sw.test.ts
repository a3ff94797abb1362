import { readFileSync } from 'node:fs'
import { beforeEach, expect, it, vi } from 'vitest'

/** The worker's own file, run with a browser of paper. */
type Handler = (event: { request: Request; respondWith: (answer: Promise<Response>) => void }) => void
const handlers: Record<string, Handler> = {}
const kept = new Map<string, Response>()
const network = vi.fn(async (request: Request) => new Response('from the network', { headers: { 'content-type': new URL(request.url).pathname.startsWith('/api') ? 'application/json' : 'text/html' } }))

beforeEach(() => {
  kept.clear()
  network.mockClear()
  const cache = {
    match: async (request: Request | string) => kept.get(typeof request === 'string' ? request : new URL(request.url).pathname),
    put: async (request: Request | string, answer: Response) => void kept.set(typeof request === 'string' ? request : new URL(request.url).pathname, answer),
    keys: async () => [...kept.keys()].map(path => new Request('https://chat.example' + path)),
    delete: async () => true,
  }
  const caches = { open: async () => cache, match: cache.match, keys: async () => [] }
  const scope = { addEventListener: (name: string, handler: Handler) => { handlers[name] = handler } }
  const basic = async (request: Request) => Object.defineProperty(await network(request), 'type', { value: 'basic' })
  new Function('self', 'caches', 'fetch', 'location', 'URL', 'Request', readFileSync('public/sw.js', 'utf8'))(scope, caches, basic, { origin: 'https://chat.example' }, URL, Request)
})

async function ask(path: string, mode: string = 'cors', method = 'GET') {
  let answer: Promise<Response> | undefined
  const request = Object.defineProperty(new Request('https://chat.example' + path, { method }), 'mode', { value: mode })
  handlers['fetch']?.({ request, respondWith: given => { answer = given } })
  return answer
}

it('lets everything go by that is not the program', async () => {
  for (const path of ['/api/v1/conversations', '/files/v1/abc', '/gateway', '/console/config.json', '/widget.js', '/console/assets/../../api/v1/me'])
    expect(await ask(path), path).toBeUndefined()
  expect(await ask('/console/assets/app-abc.js', 'cors', 'POST')).toBeUndefined()
  expect([...kept.keys()]).toEqual([])
})

it('keeps hashed files, and the page under one name whatever it shows', async () => {
  await ask('/console/assets/app-abc.js')
  await ask('/console/assets/app-abc.js')
  expect(network).toHaveBeenCalledTimes(1)
  await ask('/console/inbox/mine/0198-a-conversation', 'navigate')
  expect([...kept.keys()].sort()).toEqual(['/console/', '/console/assets/app-abc.js'])
})

it('starts offline with the page it knows', async () => {
  await ask('/console/inbox', 'navigate')
  network.mockRejectedValueOnce(new TypeError('offline'))
  expect(await (await ask('/console/contacts', 'navigate'))?.text()).toBe('from the network')
})

it('shows what was pushed, unless somebody looks at the console, and never leads elsewhere', async () => {
  const showNotification = vi.fn(async () => undefined)
  let windows: { focused: boolean; url: string }[] = []
  const scope = { addEventListener: (name: string, handler: Handler) => { handlers[name] = handler }, registration: { showNotification }, clients: { matchAll: async () => windows } }
  new Function('self', 'caches', 'fetch', 'location', 'URL', 'Request', readFileSync('public/sw.js', 'utf8'))(scope, {}, network, { origin: 'https://chat.example' }, URL, Request)
  const push = async (notice: unknown) => {
    let done: Promise<unknown> | undefined
    const event = { data: { json: () => { if (notice === undefined) throw new SyntaxError(); return notice } }, waitUntil: (work: Promise<unknown>) => { done = work } }
    ;(handlers['push'] as unknown as (event: unknown) => void)(event)
    await done
  }
  await push({ title: 'A customer wrote to you', body: 'Open to answer.', tag: 'queqiao 1', path: '/console/inbox/all/1' })
  expect(showNotification).toHaveBeenLastCalledWith('A customer wrote to you', expect.objectContaining({ tag: 'queqiao 1', data: { path: '/console/inbox/all/1' } }))
  await push({ title: 'x', path: 'https://evil.example/' })
  expect(showNotification).toHaveBeenLastCalledWith('x', expect.objectContaining({ data: { path: '/console/inbox' } }))
  windows = [{ focused: true, url: 'https://chat.example/console/inbox' }]
  await push({ title: 'y', tag: 'queqiao 2', path: '/console/inbox' })
  await push(undefined)
  expect(showNotification).toHaveBeenCalledTimes(2)
})
