import type { Counts, Item, Row, View } from '@/api/types'

// docs/gateway.md, frame by frame.

export type ClientFrame =
  | { op: 'hello'; locale: string }
  | { op: 'watch'; conversation: string; after: number }
  | { op: 'unwatch'; conversation: string }
  | { op: 'watch'; list: View; cursor?: string }
  | { op: 'unwatch'; list: View }
  | { op: 'typing'; conversation: string; on: boolean }
  | { op: 'viewing'; conversation: string; on: boolean }
  | { op: 'read'; conversation: string; seq: number }
  | { op: 'ping' }

export interface LogFrame {
  event: 'message.created' | 'message.updated' | 'conversation.updated'
  conversation: string
  seq: number
  prev: number
  data: Item
}
export interface Typer { kind: 'contact' | 'agent'; id: string; name: string | null }
export interface TypingFrame { event: 'typing'; conversation: string; data: Typer & { on: boolean } }
/** A colleague has it open too. */
export interface ViewingFrame { event: 'viewing'; conversation: string; data: { id: string; name: string; on: boolean } }
export interface ContactPresenceFrame { event: 'presence.updated'; conversation: string; data: { contactOnline: boolean } }
export interface AgentPresenceFrame { event: 'presence.updated'; conversation?: undefined; data: { agentId: string; online: boolean; status?: 'online' | 'away' | 'offline' } }
export interface ListFrame {
  event: 'list.changed'
  list: View
  cursor: string
  data: { rows: Row[]; gone: { id: string; seq: number }[]; counts?: Counts }
}
/** What is to be sent later in a conversation changed. */
export interface ScheduledFrame { event: 'scheduled.updated'; conversation: string; data?: undefined }
export interface ReadyFrame { op: 'ready'; heartbeatSeconds: number; serverTime: string }
export interface WatchingFrame { op: 'watching'; list: View; cursor: string; resync: boolean; counts?: Counts }
export interface ResyncFrame { op: 'resync'; conversation: string; after: number }

/** What changes one conversation. */
export type ConversationFrame = LogFrame | TypingFrame | ContactPresenceFrame
export type ServerFrame =
  | ConversationFrame
  | AgentPresenceFrame
  | ListFrame
  | ScheduledFrame
  | ViewingFrame
  | ReadyFrame
  | WatchingFrame
  | ResyncFrame
  | { op: 'pong' }
  | { op: 'bye'; reconnectMs: number }
  | { op: 'ack'; clientId: string }
  | { op: 'error'; code: string; detail: string | null }

const events = new Set(['message.created', 'message.updated', 'conversation.updated', 'typing', 'presence.updated', 'list.changed', 'scheduled.updated', 'viewing'])
const ops = new Set(['ready', 'pong', 'bye', 'ack', 'error', 'resync', 'watching'])

/** Null for what this version does not know: a newer server must not break an older page. */
export function readFrame(text: string): ServerFrame | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { event, op } = value as { event?: unknown; op?: unknown }
  if (typeof event === 'string' ? events.has(event) : typeof op === 'string' && ops.has(op)) return value as ServerFrame
  return null
}
