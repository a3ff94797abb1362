import { expect, it, vi } from 'vitest'
import { QueqiaoClient } from '../src/index'
import type { Item } from '../src/index'

/** A server that keeps one conversation, over HTTP only. */
function server() {
  const items: Item[] = []
  const seen = new Map<string, number>()
  const phones: string[] = []
  const state = { down: false, refuse: '' }
  const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
  const fetch = vi.fn(async (url: string | URL | Request, init?: RequestInit) => {
    const { pathname, searchParams } = new URL(String(url))
    if (state.down) throw new TypeError('away')
    const body = init?.body ? JSON.parse(String(init.body)) : null
    if (pathname === '/widget/v1/sessions') return json({ visitorToken: 't', conversationId: items.length ? 'c' : null, seq: items.length, unread: 0, verified: !!body.user })
    if (pathname.startsWith('/widget/v1/push')) {
      phones.push(`${pathname.endsWith('forget') ? '-' : '+'}${body.vendor} ${body.token}`)
      return new Response(null, { status: 204 })
    }
    if (pathname === '/widget/v1/events') return new Response(null, { status: 204 })
    if (pathname === '/widget/v1/messages' && init?.method === 'POST') {
      if (state.refuse) return json({ code: state.refuse }, 403)
      let seq = seen.get(body.clientId)
      if (!seq) {
        seq = items.length + 1
        seen.set(body.clientId, seq)
        items.push({ id: `c.${seq}`, seq, prev: seq - 1, kind: 'message', at: '', direction: 'in', text: body.text, clientId: body.clientId })
      }
      return json({ conversationId: 'c', seq }, 201)
    }
    const after = Number(searchParams.get('after'))
    return json({ conversationId: items.length ? 'c' : undefined, seq: items.length, items: items.filter(item => item.seq > after), hasMore: false })
  })
  return { items, state, phones, fetch: fetch as unknown as typeof globalThis.fetch }
}

class Socket {
  static last: Socket
  readyState = 1
  sent: string[] = []
  onopen?: () => void
  onmessage?: (event: { data: string }) => void
  onclose?: (event: { code: number }) => void
  onerror?: () => void
  constructor() {
    Socket.last = this
  }
  send(text: string) {
    this.sent.push(text)
  }
  close() {
    this.readyState = 3
    this.onclose?.({ code: 1006 })
  }
  tell(frame: unknown) {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }
}

const open = async (to: ReturnType<typeof server>, user?: () => Promise<{ jwt: string }>) => {
  const kept = new Map<string, string>()
  const store = { get: (key: string) => kept.get(key) ?? null, set: (key: string, value: string | null) => void (value === null ? kept.delete(key) : kept.set(key, value)) }
  const client = new QueqiaoClient({ baseUrl: 'https://chat.test/', channelId: 'ch', fetch: to.fetch, WebSocket: Socket as unknown as typeof WebSocket, store, ...(user && { user }) })
  await client.open()
  return { client, kept }
}

it('sends, hears answers and counts them', async () => {
  const to = server()
  const { client } = await open(to, async () => ({ jwt: 'signed' }))
  Socket.last.onopen?.()
  expect(JSON.parse(Socket.last.sent[0]!)).toMatchObject({ op: 'hello', token: 't' })
  await client.send('在吗')
  expect(client.state).toMatchObject({ verified: true, pending: [], unread: 0 })
  to.items.push({ id: 'c.2', seq: 2, prev: 1, kind: 'message', at: '', direction: 'out', text: '在的' })
  Socket.last.tell({ event: 'message.created', conversation: 'c', seq: 2, prev: 1, data: to.items[1] })
  await vi.waitFor(() => expect(client.state.unread).toBe(1))
  await client.markRead()
  expect(client.state.unread).toBe(0)
  client.close()
})

it('keeps what could not be sent, over a restart too, and sends it once', async () => {
  const to = server()
  const { client, kept } = await open(to)
  to.state.down = true
  await client.send('没有网络')
  expect(client.state.pending).toHaveLength(1)
  expect(kept.get('queqiao.outbox')).toContain('没有网络')
  to.state.down = false
  Socket.last.tell({ op: 'ready', heartbeatSeconds: 25 })
  await vi.waitFor(() => expect(client.state.pending).toHaveLength(0))
  expect(to.items.map(item => item.text)).toEqual(['没有网络'])
  client.close()
})

it('says what the server refuses, and does not try it again', async () => {
  const to = server()
  const { client } = await open(to)
  to.state.refuse = 'notice_required'
  await client.send('你好')
  expect(client.state.pending[0]?.failed).toBe('notice_required')
  client.close()
})

it('fetches what it missed when there is a gap', async () => {
  const to = server()
  const { client } = await open(to)
  for (const seq of [1, 2, 3]) to.items.push({ id: `c.${seq}`, seq, prev: seq - 1, kind: 'message', at: '', direction: 'out', text: String(seq) })
  Socket.last.tell({ event: 'message.created', conversation: 'c', seq: 3, prev: 2, data: to.items[2] })
  await vi.waitFor(() => expect(client.state.items.map(item => item.seq)).toEqual([1, 2, 3]))
  client.close()
})

it('registers the phone once the user is known, changes its token, and leaves it on logout', async () => {
  const to = server()
  const { client, kept } = await open(to)
  await client.registerPush('t1', 'huawei')
  expect(to.phones).toEqual([])
  await client.send('在吗')
  await client.send('你好')
  expect(to.phones).toEqual(['+huawei t1'])
  await client.registerPush('t2', 'huawei')
  expect(to.phones.slice(1)).toEqual(['-huawei t1', '+huawei t2'])
  expect(kept.has('queqiao.push')).toBe(true)
  await client.logout()
  expect(to.phones.at(-1)).toBe('-huawei t2')
  expect(kept.has('queqiao.push')).toBe(false)
})

it('a phone that was registered before the app was closed is registered again', async () => {
  const to = server()
  const first = await open(to)
  await first.client.registerPush('t1', 'fcm')
  first.client.close()
  to.items.push({ id: 'c.1', seq: 1, prev: 0, kind: 'message', at: '', direction: 'in', text: '在吗' })
  const again = new QueqiaoClient({ baseUrl: 'https://chat.test/', channelId: 'ch', fetch: to.fetch, WebSocket: Socket as unknown as typeof WebSocket, store: { get: key => first.kept.get(key) ?? null, set: (key, value) => void (value === null ? first.kept.delete(key) : first.kept.set(key, value)) } })
  await again.open()
  expect(to.phones).toEqual(['+fcm t1'])
  again.close()
})
