import { shallowRef } from 'vue'
import { Problem } from '@/api/client'
import { localStore, readJson } from '@/lib/storage'
import type { Store } from '@/lib/storage'
import { splitFormatted } from '@/lib/formatted'
import { backoff } from '@/realtime'
import type { LogFrame } from '@/realtime'
import type { Attachment, MessageItem } from '@/api/types'
import type { ConversationSource } from './source'

export interface OutboxEntry {
  clientId: string
  conversationId: string
  text: string
  private: boolean
  /** Uploaded already. */
  attachments?: readonly Attachment[]
  replyTo?: number
  mentions?: readonly string[]
  /** The text has marks. */
  format?: 'markdown'
  /** Up to where its writer had seen the conversation: what came since is shown to them first. */
  seen?: number
  at: string
  state: 'queued' | 'failed'
  /** Problem code and detail of the refusal. */
  code?: string
  detail?: string | null
}

export interface OutboxOptions {
  source: Pick<ConversationSource, 'send'>
  sent: (frame: LogFrame) => void
  store?: Store
  random?: () => number
}
export type Outbox = ReturnType<typeof createOutbox>

const triesWithAnswer = 4

/** 'settled': this entry is sent or refused, the next one may go. */
type Outcome = 'settled' | 'later' | 'stopped'

// Another tab may send the same entry after a reload; the clientId makes that harmless, the lock makes it rare.
async function alone(name: string, work: () => Promise<Outcome>): Promise<Outcome> {
  if (!navigator.locks) return work()
  return navigator.locks.request(`queqiao.outbox.${name}`, { ifAvailable: true }, lock => (lock ? work() : 'later'))
}

/** What was written and is not yet on the server's disk. Kept locally before it is sent, so that a reload loses nothing. */
export function createOutbox({ source, sent, store = localStore, random = Math.random }: OutboxOptions) {
  const entries = shallowRef<readonly OutboxEntry[]>([])
  let agent: { id: string; name: string } | null = null
  let key = ''
  let retry: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  const busy = new Set<string>()
  const tried = new Map<string, number>()

  const load = () => (readJson<{ entries: OutboxEntry[] }>(store, key).entries ?? [])
  function mutate(edit: (now: readonly OutboxEntry[]) => readonly OutboxEntry[]) {
    if (!agent) return
    entries.value = edit(load())
    store.write(key, entries.value.length ? JSON.stringify({ entries: entries.value }) : null)
  }
  const remove = (clientId: string) => mutate(now => now.filter(entry => entry.clientId !== clientId))
  const patch = (clientId: string, change: Partial<OutboxEntry>) => mutate(now => now.map(entry => (entry.clientId === clientId ? { ...entry, ...change } : entry)))

  function toFrame(entry: OutboxEntry, receipt: { id: string; seq: number; prev: number; at: string }): LogFrame {
    const data: MessageItem = {
      ...receipt, conversationId: entry.conversationId, clientId: entry.clientId, kind: entry.private ? 'note' : 'message', ...(entry.format ? splitFormatted(entry.text) : { text: entry.text }),
      ...(entry.replyTo ? { replyTo: entry.replyTo } : {}),
      ...(entry.attachments ? { attachments: [...entry.attachments] } : {}),
      sender: { kind: 'agent', id: agent?.id ?? '', name: agent?.name ?? null },
      ...(entry.private ? {} : { direction: 'out', delivery: { state: 'sent' } }),
    }
    return { event: 'message.created', conversation: entry.conversationId, seq: receipt.seq, prev: receipt.prev, data }
  }

  async function deliver(entry: OutboxEntry): Promise<Outcome> {
    const tries = tried.get(entry.clientId) ?? 1
    const sender = agent
    try {
      const receipt = await source.send(entry.conversationId, { clientId: entry.clientId, text: entry.text, private: entry.private, ...(entry.replyTo ? { replyTo: entry.replyTo } : {}), ...(entry.mentions?.length ? { mentions: entry.mentions } : {}), ...(entry.attachments ? { attachments: entry.attachments.map(file => file.id) } : {}), ...(entry.seen ? { seen: entry.seen } : {}), ...(entry.format ? { format: entry.format } : {}) })
      failures = 0
      if (agent !== sender) return 'stopped'
      sent(toFrame(entry, receipt))
      remove(entry.clientId)
      return 'settled'
    } catch (error) {
      if (agent !== sender || !(error instanceof Problem) || error.status === 401) return 'stopped'
      if (error.transient && (error.code === 'offline' || tries < triesWithAnswer)) {
        if (error.code !== 'offline') tried.set(entry.clientId, tries + 1)
        wakeIn(Math.max((error.retryAfterSeconds ?? 0) * 1000, 300 + backoff(failures++, random)))
        return 'stopped'
      }
      patch(entry.clientId, { state: 'failed', code: error.code, detail: error.detail })
      return 'settled'
    }
  }

  function wakeIn(ms: number) {
    clearTimeout(retry)
    retry = setTimeout(wake, ms)
  }

  /** One at a time for each conversation: messages arrive in the order in which they were written. */
  function wake() {
    if (!agent) return
    for (const entry of entries.value) {
      if (entry.state !== 'queued' || busy.has(entry.conversationId)) continue
      busy.add(entry.conversationId)
      void alone(entry.clientId, () => deliver(entry)).then(outcome => {
        busy.delete(entry.conversationId)
        if (outcome === 'settled') wake()
        if (outcome === 'later') wakeIn(1000)
      })
    }
  }

  const fromOtherTab = (event: StorageEvent) => { if (event.key === key) entries.value = load() }

  return {
    entries,
    wake,
    open(as: { id: string; name: string }) {
      agent = as
      key = `queqiao.outbox:${as.id}`
      entries.value = load()
      window.addEventListener('storage', fromOtherTab)
      wake()
    },
    close() {
      agent = null
      clearTimeout(retry)
      entries.value = []
      window.removeEventListener('storage', fromOtherTab)
    },
    add(conversationId: string, text: string, isPrivate: boolean, more: Pick<OutboxEntry, 'replyTo' | 'mentions' | 'attachments' | 'seen' | 'format'> = {}) {
      const entry: OutboxEntry = { ...more, clientId: newClientId(), conversationId, text, private: isPrivate, at: new Date().toISOString(), state: 'queued' }
      mutate(now => [...now, entry])
      wake()
      return entry.clientId
    },
    /** Whoever tries again has seen why it was refused. */
    retry(clientId: string) {
      tried.delete(clientId)
      mutate(now => now.map(({ seen, ...entry }) => (entry.clientId === clientId ? { ...entry, state: 'queued' } : seen ? { ...entry, seen } : entry)))
      wake()
    },
    discard: remove,
  }
}

/** crypto.randomUUID exists only on https and localhost. */
function newClientId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
}
