import type { View } from '@/api/types'
import type { ClientFrame, ServerFrame } from './frames'
import { readFrame } from './frames'

/** What this page follows right now; asked anew at every (re)connect, so that it resumes from what is known by then. */
export interface Interest {
  conversation: { id: string; after: number } | null
  list: { view: View; cursor: string | null } | null
}

export interface TransportEvents {
  opened(): void
  /** Bytes that are no frame, such as the comment lines of an event stream. */
  alive(): void
  frame(frame: ServerFrame): void
  /** `code` is a WebSocket close code, 4401 also stands for an SSE answer of 401; 0 when nothing is known. */
  closed(code: number): void
}

export interface Transport {
  /** False when this transport cannot carry it: the caller then uses REST. */
  send(frame: ClientFrame): boolean
  /** True when a change of interest needs a new connection. */
  readonly fixedInterest: boolean
  close(): void
}

export type OpenTransport = (interest: Interest, on: TransportEvents) => Transport

export function socketTransport(url: () => string): OpenTransport {
  return (_interest, on) => {
    const socket = new WebSocket(url(), 'queqiao.v1')
    let done = false
    const finish = (code: number) => {
      if (done) return
      done = true
      on.closed(code)
    }
    socket.onopen = () => on.opened()
    socket.onmessage = message => {
      const frame = typeof message.data === 'string' && !done ? readFrame(message.data) : null
      if (frame) on.frame(frame)
    }
    socket.onclose = event => finish(event.code)
    return {
      fixedInterest: false,
      send: frame => {
        if (socket.readyState !== WebSocket.OPEN) return false
        socket.send(JSON.stringify(frame))
        return true
      },
      close: () => {
        done = true
        socket.close(1000)
      },
    }
  }
}

/** Splits a text/event-stream into the data of its events; comments and other fields are skipped. */
export function eventParser(emit: (data: string) => void) {
  let rest = ''
  let data: string[] = []
  return (chunk: string) => {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') {
        if (data.length) emit(data.join('\n'))
        data = []
      } else if (line.startsWith('data:')) {
        data.push(line.slice(line[5] === ' ' ? 6 : 5))
      }
    }
  }
}

export function eventStreamTransport(path: string): OpenTransport {
  return (interest, on) => {
    const abort = new AbortController()
    const query = new URLSearchParams()
    if (interest.conversation) {
      query.set('conversation', interest.conversation.id)
      query.set('after', String(interest.conversation.after))
    }
    if (interest.list) {
      query.set('list', interest.list.view)
      if (interest.list.cursor) query.set('cursor', interest.list.cursor)
    }
    const parse = eventParser(data => {
      const frame = readFrame(data)
      if (frame && !abort.signal.aborted) on.frame(frame)
    })
    async function run() {
      const response = await fetch(`${path}?${query}`, { signal: abort.signal, headers: { accept: 'text/event-stream' }, credentials: 'same-origin' })
      if (!response.ok || !response.body) return response.status === 401 ? 4401 : 0
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return 0
        on.alive()
        parse(value)
      }
    }
    run().catch(() => 0).then(code => { if (!abort.signal.aborted) on.closed(code) })
    return { fixedInterest: true, send: () => false, close: () => abort.abort() }
  }
}
