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
