import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Api, type Answer } from '../src/api'
import { Chat } from '../src/chat'
import { openStore } from '../src/storage'
import type { Carrier, Ears } from '../src/transport/carrier'
import type { ClientFrame, Entry, Page, ServerFrame } from '../src/protocol/types'
import { Conversation } from './server'

let server: Conversation | null
let ears: Ears
let frames: ClientFrame[]
let chat: Chat

const ok = <T>(value: T): Answer<T> => ({ ok: true, value })
const frameOf = ({ item, ...at }: Entry): ServerFrame => ({ event: 'message.created', ...at, data: item })
const texts = () => chat.history.log.items.map(item => item.text)
const settle = () => vi.advanceTimersByTimeAsync(5)

beforeEach(async () => {
  vi.useFakeTimers({ now: 1_000_000 })
  localStorage.clear()
  frames = []
  server = null
  const api = new Api('https://chat.example', () => 'zh-CN')
  const config = { title: '', color: '', locale: 'auto', position: 'right', textLimit: 10 }
  vi.spyOn(api, 'session').mockImplementation(async () => ok({ visitorToken: 'v', conversationId: server?.id, seq: 0, unread: 0, config }))
  vi.spyOn(api, 'messages').mockImplementation(async ({ after }): Promise<Answer<Page>> =>
    ok(server ? after === undefined ? server.newest(50) : server.after(after, 50) : { seq: 0, items: [], hasMore: false }))
  const nobody = { ok: false, status: 0, code: 'network', wait: 0 } as const
  vi.spyOn(api, 'send').mockResolvedValue(nobody)
  vi.spyOn(api, 'tell').mockResolvedValue(nobody)
  const open = (_: unknown, given: Ears): Carrier => {
    ears = given
    return { send: frame => { frames.push(frame); return true }, probe() {}, close() {} }
  }
  const memory = { get: () => null, set() {} }
  chat = new Chat(api, openStore('c1', () => localStorage), 'c1', { ws: open, sse: open, poll: open }, memory, () => 'zh-CN', () => {})
  chat.start()
  await settle()
  ears.ready(false)
})
afterEach(() => { vi.useRealTimers() })

function lastSend() {
  const frame = frames.findLast(each => each.op === 'send')
  if (frame?.op !== 'send') throw new Error('nothing was sent')
  return frame
}

function acknowledge(to: Conversation) {
  const { clientId, text } = lastSend()
  const { seq, prev, item } = to.add({ direction: 'in', clientId, text })
  ears.frame({ op: 'ack', clientId, conversation: to.id, id: item.id, seq, prev, at: item.at })
}

describe('the chat', () => {
  it('moves a message from the outbox to the log when it is on disk', async () => {
    server = new Conversation('A')
    chat.send('你好')
    await settle()
    acknowledge(server)
    await settle()
    expect(texts()).toEqual(['你好'])
    expect(chat.outbox.all).toEqual([])
  })

  it('sends again with the same id when the line broke before the answer', async () => {
    server = new Conversation('A')
    chat.send('你好')
    await settle()
    const first = lastSend()
    ears.closed({ code: 1006 })
    await settle()
    frames = []
    await vi.advanceTimersByTimeAsync(1_000)
    ears.ready(false)
    await vi.advanceTimersByTimeAsync(500)
    expect(lastSend().clientId).toBe(first.clientId)
  })

  it('follows a send into a new conversation, keeps the old one in sight, and reads the new one anew', async () => {
    server = new Conversation('A')
    for (let i = 0; i < 5; i++) ears.frame(frameOf(server.add()))
    chat.seen()
    expect(frames.at(-1)).toEqual({ op: 'read', conversation: 'A', seq: 5 })
    server = new Conversation('B')
    server.add({ kind: 'event', direction: undefined, event: { type: 'created' } })
    chat.send('三天后')
    await settle()
    acknowledge(server)
    await settle()
    expect(chat.history.log).toMatchObject({ conversation: 'B', seq: 2 })
    expect(chat.history.log.past).toHaveLength(5)
    ears.frame(frameOf(server.add()))
    expect(chat.unread).toBe(1)
    chat.seen()
    expect(frames.at(-1)).toEqual({ op: 'read', conversation: 'B', seq: 3 })
    expect(chat.unread).toBe(0)
  })

  it('does not keep a message that another tab has brought to the server', async () => {
    server = new Conversation('A')
    chat.send('你好')
    await settle()
    const { clientId, text } = lastSend()
    ears.frame(frameOf(server.add({ direction: 'in', clientId, text })))
    expect(chat.outbox.all).toEqual([])
    expect(texts()).toEqual(['你好'])
  })

  it('tells that it types once a second, and that it stopped', async () => {
    server = new Conversation('A')
    ears.frame(frameOf(server.add()))
    for (let i = 0; i < 10; i++) {
      chat.typing.typed(false)
      await vi.advanceTimersByTimeAsync(150)
    }
    await vi.advanceTimersByTimeAsync(5_000)
    expect(frames.filter(frame => frame.op === 'typing')).toEqual([{ op: 'typing', on: true }, { op: 'typing', on: true }, { op: 'typing', on: false }])
  })

  it('says that it reconnects only when that takes long, and shows no one typing for ever', async () => {
    server = new Conversation('A')
    ears.frame({ event: 'typing', conversation: 'A', data: { kind: 'agent', name: '林晓', on: true } })
    expect(chat.typing.who).toBe('林晓')
    await vi.advanceTimersByTimeAsync(7_000)
    expect(chat.typing.who).toBeNull()
    vi.spyOn(Math, 'random').mockReturnValue(1)
    ears.closed({})
    expect(chat.trouble).toBeNull()
    await vi.advanceTimersByTimeAsync(3_100)
    expect(chat.trouble).toBe('reconnecting')
    ears.ready(false)
    expect(chat.trouble).toBeNull()
  })
})

describe('who the visitor is', () => {
  const stored = () => Object.keys(localStorage)

  it('leaves nothing in the browser before they write', async () => {
    expect(stored()).toEqual([])
    chat.send('hello')
    expect(localStorage.getItem('queqiao:c1:token')).toBe('v')
  })

  it('is that of the tab that wrote first', async () => {
    const session = vi.mocked(chat.api.session)
    localStorage.setItem('queqiao:c1:token', 'of another tab')
    chat.send('hello')
    await settle()
    expect(session.mock.lastCall?.[0]).toMatchObject({ visitorToken: 'of another tab' })
    ears.ready(false)
    await settle()
    expect(lastSend().text).toBe('hello')
  })

  it('is proven to the server once, and gone after a logout', async () => {
    const session = vi.mocked(chat.api.session)
    chat.become({ jwt: 'signed' })
    chat.start()
    await settle()
    expect(session.mock.lastCall?.[0]).toMatchObject({ user: { jwt: 'signed' } })
    server = new Conversation('A')
    server.add()
    chat.send('mine')
    await settle()
    chat.become('')
    expect(stored()).toEqual([])
    expect(chat.history.log.items).toEqual([])
    expect(chat.outbox.all).toEqual([])
    chat.start()
    await settle()
    expect(session.mock.lastCall?.[0]).toMatchObject({ visitorToken: undefined, user: undefined })
  })

  it('is nobody in particular when the proof is refused', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const session = vi.mocked(chat.api.session)
    session.mockResolvedValueOnce({ ok: false, status: 403, code: 'user_token_signature', wait: 0 })
    chat.become({ id: 'u-1' })
    chat.start()
    await settle()
    expect(said).toHaveBeenCalledWith('queqiao', 'user_token_signature')
    expect(session.mock.lastCall?.[0]).toMatchObject({ user: undefined })
    expect(chat.phase).toBe('ready')
  })

  it('takes the answer to the notice along, with a new line', async () => {
    const session = vi.mocked(chat.api.session)
    chat.visitor.notice = { hash: 'h', accepted: true, purposes: [] }
    chat.renew()
    await settle()
    expect(session.mock.lastCall?.[0]).toMatchObject({ notice: { hash: 'h', accepted: true } })
    expect(chat.phase).toBe('ready')
    expect(stored()).toEqual([])
  })
})
