import { backoff } from './backoff'
import type { ClientFrame, ServerFrame } from './frames'
import type { Interest, OpenTransport, Transport } from './transport'

export type ConnectionState = 'connecting' | 'online' | 'waiting' | 'stopped'

export interface ConnectionOptions {
  /** In order of preference: two failures in a row move to the next one. */
  transports: readonly OpenTransport[]
  interest: () => Interest
  locale: () => string
  onFrame: (frame: ServerFrame) => void
  onState: (state: ConnectionState) => void
  onSignedOut: () => void
  random?: () => number
  /** Index of the transport that worked last in this tab. */
  remembered?: { read(): number; write(index: number): void }
}

export interface Connection {
  start(): void
  stop(): void
  /** Waiting connections try at once; open ones prove that they live. */
  nudge(): void
  send(frame: ClientFrame): boolean
  interestChanged(before: Interest): void
}

const silenceGrace = 10_000
const streamSilence = 45_000
const handshakeLimit = 12_000

export function createConnection(options: ConnectionOptions): Connection {
  let transport: Transport | null = null
  let running = false
  let ready = false
  let index = Math.min(options.remembered?.read() ?? 0, options.transports.length - 1)
  let failures = 0
  let failuresHere = 0
  /** Said by a server that goes away: when to come back, so that not everybody does at once. */
  let comeback: number | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  let watchdog: ReturnType<typeof setTimeout> | undefined
  let heartbeat: ReturnType<typeof setInterval> | undefined
  let reopening: ReturnType<typeof setTimeout> | undefined

  function drop() {
    clearTimeout(retry)
    clearTimeout(watchdog)
    clearTimeout(reopening)
    clearInterval(heartbeat)
    transport?.close()
    transport = null
    ready = false
  }

  function expectFrameWithin(ms: number) {
    clearTimeout(watchdog)
    watchdog = setTimeout(() => lost(0), ms)
  }

  function subscribe(wanted: Interest) {
    if (!transport || transport.fixedInterest) return
    if (wanted.list) transport.send({ op: 'watch', list: wanted.list.view, ...(wanted.list.cursor ? { cursor: wanted.list.cursor } : {}) })
    if (wanted.conversation) transport.send({ op: 'watch', conversation: wanted.conversation.id, after: wanted.conversation.after })
  }

  function onReady(seconds: number) {
    ready = true
    comeback = null
    failures = failuresHere = 0
    clearTimeout(watchdog)
    options.remembered?.write(index)
    subscribe(options.interest())
    const beat = Math.max(1, seconds) * 1000
    heartbeat = setInterval(() => {
      if (transport?.send({ op: 'ping' })) expectFrameWithin(silenceGrace)
    }, beat)
    // An SSE stream cannot be pinged; the server's comment line every 15 s is its heartbeat.
    if (transport?.fixedInterest) expectFrameWithin(streamSilence)
    options.onState('online')
  }

  function alive() {
    clearTimeout(watchdog)
    if (!ready) return expectFrameWithin(handshakeLimit)
    if (transport?.fixedInterest) expectFrameWithin(streamSilence)
    options.onState('online')
  }

  function received(frame: ServerFrame) {
    alive()
    if ('op' in frame && frame.op === 'ready') onReady(frame.heartbeatSeconds)
    if ('op' in frame && frame.op === 'bye') comeback = frame.reconnectMs
    options.onFrame(frame)
  }

  function lost(code: number) {
    if (!running) return
    const wasReady = ready
    drop()
    if (code === 4401) {
      options.onState('waiting')
      return options.onSignedOut()
    }
    if (!wasReady && ++failuresHere >= 2) {
      failuresHere = 0
      index = (index + 1) % options.transports.length
    }
    options.onState('waiting')
    retry = setTimeout(open, comeback ?? backoff(failures++, options.random))
    comeback = null
  }

  function open() {
    const start = options.transports[index]
    if (!running || transport || !start) return
    clearTimeout(retry)
    options.onState('connecting')
    expectFrameWithin(handshakeLimit)
    const mine: Transport = start(options.interest(), {
      opened: () => { if (mine === transport) mine.send({ op: 'hello', locale: options.locale() }) },
      alive: () => { if (mine === transport) alive() },
      frame: frame => { if (mine === transport) received(frame) },
      closed: code => { if (mine === transport) lost(code) },
    })
    transport = mine
  }

  return {
    start() {
      if (running) return
      running = true
      open()
    },
    stop() {
      running = false
      drop()
      options.onState('stopped')
    },
    nudge() {
      if (!running) return
      if (!transport) return open()
      if (ready && transport.send({ op: 'ping' })) expectFrameWithin(silenceGrace)
    },
    send: frame => ready && (transport?.send(frame) ?? false),
    interestChanged(before) {
      if (!transport || !ready) return
      if (transport.fixedInterest) {
        clearTimeout(reopening)
        reopening = setTimeout(() => { drop(); open() }, 150)
        return
      }
      const now = options.interest()
      if (before.conversation && before.conversation.id !== now.conversation?.id) transport.send({ op: 'unwatch', conversation: before.conversation.id })
      if (before.list && !now.list) transport.send({ op: 'unwatch', list: before.list.view })
      subscribe({
        conversation: now.conversation?.id === before.conversation?.id ? null : now.conversation,
        list: now.list?.view === before.list?.view ? null : now.list,
      })
    },
  }
}
