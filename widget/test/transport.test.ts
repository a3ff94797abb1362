import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backoff } from '../src/transport/backoff'
import type { Carrier, Ears } from '../src/transport/carrier'
import { failed, remember, rememberFor, startAt, type Kind } from '../src/transport/ladder'
import { Link } from '../src/transport/link'
import { openPoll } from '../src/transport/poll'
import { openSocket } from '../src/transport/socket'
import { sseReader } from '../src/transport/sse'

beforeEach(() => { vi.useFakeTimers({ now: 1_000_000 }) })
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('back-off', () => {
  it('doubles from half a second up to thirty, with full jitter', () => {
    expect([0, 1, 2, 3, 6, 50].map(n => backoff(n, () => 1))).toEqual([500, 1000, 2000, 4000, 30_000, 30_000])
    expect(backoff(5, () => 0)).toBe(0)
    expect(backoff(1, () => 0.5)).toBe(500)
  })
})

describe('the ladder', () => {
  it('goes down after two failures, and back to the top below the last step', () => {
    let ladder = startAt(null, 0)
    const seen: Kind[] = []
    for (let i = 0; i < 7; i++) {
      seen.push(ladder.kind)
      ladder = failed(ladder)
    }
    expect(seen).toEqual(['ws', 'ws', 'sse', 'sse', 'poll', 'poll', 'ws'])
  })

  it('starts where it worked, for a while', () => {
    expect(startAt(remember('sse', 1000), 2000).kind).toBe('sse')
    expect(startAt(remember('sse', 1000), 1000 + rememberFor).kind).toBe('ws')
    expect(startAt('nonsense', 0).kind).toBe('ws')
  })
})

function harness(remembered: string | null = null) {
  const opened: { kind: Kind, ears: Ears, carrier: Carrier }[] = []
  const open = (kind: Kind) => (_: unknown, ears: Ears) => {
    const carrier = { send: () => kind === 'ws', probe: vi.fn(), close: vi.fn() }
    opened.push({ kind, ears, carrier })
    return carrier
  }
  const heard = { ready: vi.fn(), frame: vi.fn(), page: vi.fn(), changed: vi.fn(), signedOut: vi.fn(), tooBig: vi.fn() }
  const memory = { value: remembered, get: () => memory.value, set: (value: string) => { memory.value = value } }
  const line = { base: '', token: () => 't', locale: () => 'en', known: () => ({ conversation: null, seq: 0 }) }
  const link = new Link({ ws: open('ws'), sse: open('sse'), poll: open('poll') }, line, heard, memory)
  return { opened, heard, memory, link, last: () => opened.at(-1)! }
}

describe('the link', () => {
  it('demotes after two failures and remembers what worked', async () => {
    const { link, opened, last, memory } = harness()
    link.start()
    for (let i = 0; i < 3; i++) {
      last().ears.closed({})
      await vi.advanceTimersByTimeAsync(2_000)
    }
    expect(opened.map(each => each.kind)).toEqual(['ws', 'ws', 'sse', 'sse'])
    last().ears.ready(false)
    expect(link.live).toBe(true)
    expect(startAt(memory.value, Date.now()).kind).toBe('sse')
  })

  it('stores nothing while the first choice works', () => {
    const { link, last, memory } = harness()
    link.start()
    last().ears.ready(false)
    expect(memory.value).toBeNull()
  })

  it('gives up a line that is never ready', async () => {
    const { link, opened } = harness()
    link.start()
    await vi.advanceTimersByTimeAsync(9_000)
    expect(opened[0]!.carrier.close).toHaveBeenCalled()
    expect(opened).toHaveLength(2)
  })

  it('does not blame the transport for a line that broke after it had worked', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const { link, opened, last } = harness()
    link.start()
    for (let i = 0; i < 4; i++) {
      last().ears.ready(false)
      last().ears.closed({ code: 1012 })
      expect(link.live).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
    }
    expect(opened).toHaveLength(5)
    expect(new Set(opened.map(each => each.kind))).toEqual(new Set(['ws']))
  })

  it('comes back when a server that goes away has said, once', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const { link, opened, last } = harness()
    link.start()
    last().ears.ready(false)
    last().ears.frame({ op: 'bye', reconnectMs: 1500 })
    last().ears.closed({ code: 1012 })
    await vi.advanceTimersByTimeAsync(1499)
    expect(opened).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(opened).toHaveLength(2)
    last().ears.closed({})
    await vi.advanceTimersByTimeAsync(1)
    expect(opened).toHaveLength(3)
  })

  it('hurries past the back-off, and probes a line that seems to live', () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { link, opened, last } = harness()
    link.start()
    last().ears.closed({})
    link.hurry()
    expect(opened).toHaveLength(2)
    last().ears.ready(false)
    link.hurry()
    expect(opened).toHaveLength(2)
    expect(last().carrier.probe).toHaveBeenCalledOnce()
  })

  it('does not reconnect with a token that was refused', async () => {
    const { link, opened, last, heard } = harness()
    link.start()
    last().ears.closed({ code: 4401, signedOut: true })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(opened).toHaveLength(1)
    expect(heard.signedOut).toHaveBeenCalledOnce()
    link.start()
    expect(opened).toHaveLength(2)
  })

  it('hears nothing of a line it has left', () => {
    const { link, opened, heard } = harness()
    link.start()
    link.stop()
    opened[0]!.ears.frame({ op: 'pong' })
    opened[0]!.ears.ready(false)
    expect(heard.frame).not.toHaveBeenCalled()
    expect(link.live).toBe(false)
  })

  it('says that a message was too big before it says that the line is gone: the message must not be sent again', () => {
    const { link, last, heard } = harness()
    link.start()
    last().ears.ready(false)
    last().ears.closed({ code: 1009 })
    expect(heard.tooBig).toHaveBeenCalledOnce()
    expect(heard.tooBig.mock.invocationCallOrder[0]).toBeLessThan(heard.changed.mock.invocationCallOrder[1]!)
  })
})

describe('the socket', () => {
  class FakeSocket {
    static last: FakeSocket
    sent: Record<string, unknown>[] = []
    onopen?: () => void
    onmessage?: (event: { data: string }) => void
    onclose?: (event: { code: number }) => void
    close = vi.fn()
    constructor(readonly url: string, readonly protocol: string) { FakeSocket.last = this }
    send(text: string) { this.sent.push(JSON.parse(text)) }
    hear(frame: object) { this.onmessage?.({ data: JSON.stringify(frame) }) }
  }

  function open(known: { conversation: string | null, seq: number }) {
    vi.stubGlobal('WebSocket', FakeSocket)
    const ears = { ready: vi.fn(), frame: vi.fn(), page: vi.fn(), closed: vi.fn() }
    const carrier = openSocket({ base: 'https://chat.example', token: () => 'secret', locale: () => 'zh-CN', known: () => known }, ears)
    return { carrier, ears, socket: FakeSocket.last }
  }

  it('says hello with its token in the first frame, never in the address, and with what it already has', () => {
    const { socket } = open({ conversation: 'A', seq: 12 })
    socket.onopen!()
    expect([socket.url, socket.protocol]).toEqual(['wss://chat.example/gateway', 'queqiao.v1'])
    expect(socket.sent).toEqual([{ op: 'hello', token: 'secret', locale: 'zh-CN', resume: { A: 12 } }])
  })

  it('pings at the pace the server asks for, and leaves a socket that does not answer', async () => {
    const { socket, ears } = open({ conversation: null, seq: 0 })
    socket.onopen!()
    socket.hear({ op: 'ready', heartbeatSeconds: 5 })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(socket.sent.at(-1)).toEqual({ op: 'ping' })
    socket.hear({ op: 'pong' })
    await vi.advanceTimersByTimeAsync(14_900)
    expect(ears.closed).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(200)
    expect(ears.closed).toHaveBeenCalledOnce()
    expect(ears.frame).not.toHaveBeenCalled()
  })

  it('says when the server knows another conversation, and when the token is refused', () => {
    const { socket, ears } = open({ conversation: 'A', seq: 12 })
    socket.hear({ op: 'ready', conversation: 'B', seq: 3 })
    expect(ears.ready).toHaveBeenCalledWith(true)
    socket.onclose!({ code: 4401 })
    expect(ears.closed).toHaveBeenCalledWith({ code: 4401, signedOut: true })
  })

  it('carries nothing before it is ready', () => {
    const { carrier, socket } = open({ conversation: null, seq: 0 })
    expect(carrier.send({ op: 'ping' })).toBe(false)
    socket.hear({ op: 'ready' })
    expect(carrier.send({ op: 'ping' })).toBe(true)
  })

  it('survives frames that are not frames', () => {
    const { socket, ears } = open({ conversation: null, seq: 0 })
    for (const data of ['', '{', '3', 'null']) socket.onmessage!({ data })
    expect(ears.frame).not.toHaveBeenCalled()
  })
})

describe('a stream', () => {
  it('is cut into events wherever the network cuts it', () => {
    const text = ': alive\n\ndata: {"a":1}\r\n\r\ndata:x\ndata: y\n\nevent: z\n\n'
    for (let size = 1; size <= text.length; size++) {
      const data: string[] = []
      const read = sseReader(event => data.push(event))
      for (let at = 0; at < text.length; at += size) read(text.slice(at, at + size))
      expect(data).toEqual(['{"a":1}', 'x\ny'])
    }
  })
})

describe('long poll', () => {
  it('asks at once, then waits, and does not spin when a proxy answers early', async () => {
    const asked: unknown[] = []
    const ears = { ready: vi.fn(), frame: vi.fn(), page: vi.fn(), closed: vi.fn() }
    const api = { messages: async (query: object) => { asked.push(query); return { ok: true as const, value: { seq: 3, items: [], hasMore: false } } } }
    const carrier = openPoll(api)({ base: '', token: () => '', locale: () => '', known: () => ({ conversation: 'A', seq: 3 }) }, ears)
    await vi.advanceTimersByTimeAsync(3_500)
    expect(asked.slice(0, 2)).toEqual([{ after: 3, wait: 0, limit: 200 }, { after: 3, wait: 25, limit: 200 }])
    expect(asked.length).toBeLessThan(6)
    expect(ears.ready).toHaveBeenCalledOnce()
    carrier.close()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(asked.length).toBeLessThan(6)
  })
})
