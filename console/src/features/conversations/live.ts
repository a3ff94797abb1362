import { inject, shallowRef } from 'vue'
import type { InjectionKey, Ref } from 'vue'
import type { QueryClient } from '@tanstack/vue-query'
import type { Http } from '@/api/client'
import type { Agent, Sort, View } from '@/api/types'
import { createConnection, createHealer, eventStreamTransport, socketTransport } from '@/realtime'
import type { ConnectionState, Interest, LogFrame, ServerFrame } from '@/realtime'
import { createCache } from './cache'
import type { Cache } from './cache'
import { createFileLinks, createUploads, fileSource } from './files'
import type { FileDesk } from './files'
import { createOutbox } from './outbox'
import type { Outbox } from './outbox'
import { createViewers } from './viewers'
import type { Viewer } from './viewers'
import { conversationSource } from './source'
import type { ConversationSource } from './source'

export interface Live {
  files: FileDesk
  state: Readonly<Ref<ConnectionState>>
  source: ConversationSource
  cache: Cache
  outbox: Outbox
  start(agent: { id: string; name: string }): void
  stop(): void
  followList(view: View, sort: Sort): void
  /** Only a loaded conversation can be followed: what is known says where to resume. */
  followConversation(id: string | null): void
  typing(id: string, on: boolean): void
  /** Says to colleagues that this conversation is before one's eyes; `viewers` are those who say so of it too. */
  view(id: string | null): void
  viewers: Readonly<Ref<readonly Viewer[]>>
  heal(id: string): Promise<void>
  apply(frame: LogFrame): void
}

export interface LiveOptions {
  http: Http
  queries: QueryClient
  locale: () => string
  /** After the gateway said 4401: false when the session is really over (the HTTP client has then said so). */
  confirmSession: () => Promise<boolean>
}

export const liveKey: InjectionKey<Live> = Symbol('live')
export function useLive(): Live {
  const live = inject(liveKey)
  if (!live) throw new Error('no live connection is provided')
  return live
}

const transportKey = 'queqiao.transport'
const typingLasts = 6000

export function createLive({ http, queries, locale, confirmSession }: LiveOptions): Live {
  const source = conversationSource(http)
  const cache = createCache(queries, source)
  const fileApi = fileSource(http, locale)
  const files: FileDesk = { source: fileApi, uploads: createUploads(fileApi), links: createFileLinks(fileApi) }
  const state = shallowRef<ConnectionState>('stopped')
  const followed: { conversation: string | null; list: { view: View; sort: Sort } | null } = { conversation: null, list: null }
  const typers = new Map<string, ReturnType<typeof setTimeout>>()

  const healer = createHealer({
    read: cache.conversation,
    write: cache.writeConversation,
    fetchAfter: source.after,
    failed: id => setTimeout(() => { if (followed.conversation === id) void healer.heal(id) }, 3000),
  })
  const outbox = createOutbox({ source, sent: healer.apply })

  function interest(): Interest {
    const { conversation: id, list } = followed
    const known = id ? cache.conversation(id) : undefined
    const cursor = list ? (cache.list(list.view, list.sort)?.cursor ?? null) : null
    return { conversation: id && known ? { id, after: known.seq } : null, list: list && { view: list.view, cursor } }
  }

  function onFrame(frame: ServerFrame) {
    if ('event' in frame) {
      if (frame.event === 'list.changed') return cache.changed(frame)
      if (frame.event === 'viewing') return viewers.heard(frame, me)
      if (frame.event === 'scheduled.updated') return void queries.invalidateQueries({ queryKey: ['scheduled', frame.conversation] })
      if (frame.event !== 'presence.updated') {
        healer.apply(frame)
        if (frame.event === 'typing') expectMoreTyping(frame.conversation, frame.data.id, () => healer.apply({ ...frame, data: { ...frame.data, on: false } }))
        return
      }
      if (frame.conversation !== undefined) return healer.apply(frame)
      const { agentId, online } = frame.data
      if (frame.data.status) void queries.invalidateQueries({ queryKey: ['presence'] })
      queries.setQueryData<Agent[]>(['agents'], agents => agents?.map(agent => (agent.id === agentId ? { ...agent, online } : agent)))
      return
    }
    switch (frame.op) {
      case 'watching': return cache.watching(frame, followed.list?.sort ?? 'recent')
      case 'resync': return void healer.heal(frame.conversation).then(() => watchAgain(frame.conversation))
      case 'ready':
        viewers.say()
        return outbox.wake()
      case 'pong': case 'bye': case 'ack': case 'error': return
      default: return frame satisfies never
    }
  }

  function watchAgain(id: string) {
    const known = cache.conversation(id)
    if (followed.conversation === id && known) connection.send({ op: 'watch', conversation: id, after: known.seq })
  }

  // Whoever closes the page never says "stopped typing".
  function expectMoreTyping(conversation: string, who: string, over: () => void) {
    const key = `${conversation} ${who}`
    clearTimeout(typers.get(key))
    typers.set(key, setTimeout(over, typingLasts))
  }

  const connection = createConnection({
    transports: [socketTransport(() => `${location.origin.replace(/^http/, 'ws')}/gateway`), eventStreamTransport('/gateway/events')],
    interest,
    locale,
    onFrame,
    onState: now => (state.value = now),
    onSignedOut: () => setTimeout(() => void confirmSession().then(() => connection.nudge()), 1000),
    remembered: {
      read: () => Number(sessionStorage.getItem(transportKey) ?? 0) || 0,
      write: index => sessionStorage.setItem(transportKey, String(index)),
    },
  })
  const nudge = () => { if (document.visibilityState === 'visible') { connection.nudge(); outbox.wake() } }

  let me: string | undefined
  const viewers = createViewers((conversation, on) => void connection.send({ op: 'viewing', conversation, on }))

  function change(edit: () => void) {
    const before = interest()
    edit()
    connection.interestChanged(before)
  }

  return {
    state, source, cache, outbox, files, heal: healer.heal, apply: healer.apply,
    start(agent) {
      me = agent.id
      connection.stop()
      outbox.open(agent)
      window.addEventListener('online', nudge)
      document.addEventListener('visibilitychange', nudge)
      connection.start()
    },
    stop() {
      connection.stop()
      outbox.close()
      files.uploads.clear()
      followed.conversation = followed.list = null
      window.removeEventListener('online', nudge)
      document.removeEventListener('visibilitychange', nudge)
    },
    followList: (view, sort) => change(() => (followed.list = { view, sort })),
    followConversation: id => change(() => (followed.conversation = id)),
    view: viewers.look,
    viewers: viewers.others,
    typing: (conversation, on) => void connection.send({ op: 'typing', conversation, on }),
  }
}
