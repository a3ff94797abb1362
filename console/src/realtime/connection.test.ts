import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backoff } from './backoff'
import { createConnection } from './connection'
import type { ConnectionState } from './connection'
import type { ClientFrame } from './frames'
import { eventParser } from './transport'
import type { Interest, OpenTransport, TransportEvents } from './transport'

function wire(fixedInterest: boolean) {
  const opened: { on: TransportEvents; sent: ClientFrame[]; closed: boolean }[] = []
  const open: OpenTransport = (_, on) => {
    const line = { on, sent: [] as ClientFrame[], closed: false }
    opened.push(line)
    return { fixedInterest, close: () => { line.closed = true }, send: frame => (fixedInterest ? false : (line.sent.push(frame), true)) }
  }
  return { open, opened, last: () => opened.at(-1) as (typeof opened)[number] }
}

function setUp() {
  const socket = wire(false)
  const stream = wire(true)
  const states: ConnectionState[] = []
  const interest: Interest = { conversation: { id: 'V', after: 7 }, list: { view: 'mine', cursor: 'c1' } }
  const signedOut = vi.fn()
  const connection = createConnection({
    transports: [socket.open, stream.open], interest: () => interest, locale: () => 'en', onFrame: () => {},
    onState: state => { if (states.at(-1) !== state) states.push(state) }, onSignedOut: signedOut, random: () => 1,
  })
  const ready = () => {
    socket.last().on.opened()
    socket.last().on.frame({ op: 'ready', heartbeatSeconds: 25, serverTime: '' })
  }
  return { connection, socket, stream, states, interest, ready, signedOut }
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('connection', () => {
  it('says hello, then watches from what is known by then', () => {
    const { connection, socket, ready, interest, states } = setUp()
    connection.start()
    if (interest.conversation) interest.conversation.after = 9
    ready()
    expect(socket.last().sent).toEqual([
      { op: 'hello', locale: 'en' },
      { op: 'watch', list: 'mine', cursor: 'c1' },
      { op: 'watch', conversation: 'V', after: 9 },
    ])
    expect(states).toEqual(['connecting', 'online'])
  })

  it('reconnects by itself and watches again', () => {
    const { connection, socket, ready } = setUp()
    connection.start()
    ready()
    socket.last().on.closed(1012)
    vi.advanceTimersByTime(500)
    ready()
    expect(socket.opened).toHaveLength(2)
    expect(socket.last().sent.at(-1)).toEqual({ op: 'watch', conversation: 'V', after: 7 })
  })

  it('comes back when a server that goes away has said, once', () => {
    const { connection, socket, ready } = setUp()
    connection.start()
    ready()
    socket.last().on.frame({ op: 'bye', reconnectMs: 1500 })
    socket.last().on.closed(1012)
    vi.advanceTimersByTime(1499)
    expect(socket.opened).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(socket.opened).toHaveLength(2)
    socket.last().on.closed(1006)
    vi.advanceTimersByTime(501)
    expect(socket.opened).toHaveLength(3)
  })

  it('moves to the event stream after two refusals, and back after two more', () => {
    const { connection, socket, stream } = setUp()
    connection.start()
    for (let n = 0; n < 4; n++) {
      ;(n < 2 ? socket : stream).last().on.closed(1006)
      vi.advanceTimersByTime(500 * 2 ** n)
    }
    expect([socket.opened.length, stream.opened.length]).toEqual([3, 2])
  })

  it('gives up a line that went silent', () => {
    const { connection, socket, ready, states } = setUp()
    connection.start()
    ready()
    vi.advanceTimersByTime(25_000)
    expect(socket.last().sent.at(-1)).toEqual({ op: 'ping' })
    vi.advanceTimersByTime(10_001)
    expect(socket.opened[0]?.closed).toBe(true)
    expect(states.at(-1)).toBe('waiting')
  })

  it('opens the stream anew when the interest changes', () => {
    const { connection, socket, stream, interest } = setUp()
    connection.start()
    for (let n = 0; n < 2; n++) { socket.last().on.closed(1006); vi.advanceTimersByTime(2000) }
    stream.last().on.frame({ op: 'ready', heartbeatSeconds: 25, serverTime: '' })
    const before = { ...interest }
    interest.conversation = { id: 'W', after: 0 }
    connection.interestChanged(before)
    vi.advanceTimersByTime(200)
    expect(stream.opened).toHaveLength(2)
  })

  it('a late event of a dead line changes nothing', () => {
    const { connection, socket, ready, states } = setUp()
    connection.start()
    ready()
    const dead = socket.last()
    dead.on.closed(1006)
    vi.advanceTimersByTime(500)
    ready()
    dead.on.closed(1006)
    expect(states.at(-1)).toBe('online')
  })

  it('asks for a new session after 4401 and does not hammer', () => {
    const { connection, socket, ready, signedOut } = setUp()
    connection.start()
    ready()
    socket.last().on.closed(4401)
    vi.advanceTimersByTime(60_000)
    expect(signedOut).toHaveBeenCalledOnce()
    expect(socket.opened).toHaveLength(1)
  })
})

it('backs off to half a minute at most, with full jitter', () => {
  expect([0, 1, 2, 6, 60].map(n => backoff(n, () => 1))).toEqual([500, 1000, 2000, 30_000, 30_000])
  expect(backoff(5, () => 0)).toBe(0)
})

it('reads an event stream cut anywhere', () => {
  const text = ': hi\n\ndata: {"a":1}\n\ndata: x\ndata: y\r\n\r\nevent: z\ndata:1\n\n'
  for (let cut = 0; cut <= text.length; cut++) {
    const seen: string[] = []
    const parse = eventParser(data => seen.push(data))
    parse(text.slice(0, cut))
    parse(text.slice(cut))
    expect(seen).toEqual(['{"a":1}', 'x\ny', '1'])
  }
})
