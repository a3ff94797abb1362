// The log, the outbox and the greeting as rows of the screen. Pure; the DOM follows in log.ts.

import type { Messages } from '../i18n'
import type { Outgoing } from '../outbox'
import { readUpTo } from '../protocol/derive'
import type { Log } from '../protocol/log'
import type { Config, Item, LogEvent } from '../protocol/types'
import { clock, dayLabel, dayOf } from './time'

export interface MessageRow {
  kind: 'message'
  key: string
  mine: boolean
  /** Of a run by one sender within a few minutes: the first shows who, the last shows when. */
  first: boolean
  last: boolean
  name: string
  text: string
  files?: Item['attachments']
  time?: string
  state: string
  /** Written, but not on the server yet. */
  pending?: boolean
  failed?: { clientId: string, final: boolean, reason: string }
}

/** `rating`: an empty place for the card that asks how it was. */
export interface LineRow { kind: 'day' | 'note' | 'rating', key: string, text: string }

export type Row = MessageRow | LineRow

export interface Sources {
  log: Log
  outgoing: readonly Outgoing[]
  hello: Config['hello']
  title: string
  lang: string
  t: Messages
  now: Date
}

interface Said { key: string, mine: boolean, who: string, name: string, text: string, files?: Item['attachments'], at: Date, state: string, pending?: boolean, failed?: MessageRow['failed'] }

const sameRun = 5 * 60_000

export function timeline(from: Sources): Row[] {
  const { log, outgoing, hello, title, lang, t, now } = from
  const rows: Row[] = []
  let run: { row: MessageRow, said: Said } | null = null
  let day = ''

  const line = (kind: LineRow['kind'], key: string, text: string) => {
    run = null
    rows.push({ kind, key, text })
  }
  const newDay = (at: Date) => {
    if (day !== dayOf(at)) line('day', `day ${day = dayOf(at)}`, dayLabel(at, now, lang, t))
  }
  const say = (said: Said) => {
    newDay(said.at)
    const follows = run !== null && run.said.who === said.who && said.at.getTime() - run.said.at.getTime() < sameRun && !run.row.failed
    // Only the last of a run carries the time, unless the state changes within it.
    if (follows && run && run.said.state === said.state) Object.assign(run.row, { last: false, time: '', state: '' })
    const { key, mine, name, text, files, state, pending = false, failed } = said
    const row: MessageRow = { kind: 'message', key, mine, first: !follows, last: true, name, text, files, time: clock(said.at, lang), state, pending, failed }
    rows.push(row)
    run = { row, said }
  }

  if (hello && !log.older) rows.push({ kind: 'message', key: 'greeting', mine: false, first: true, last: true, name: '', state: '', ...hello })

  const show = (item: Item, seenUpTo: number) => {
    const at = new Date(item.at)
    if (item.kind === 'message') say(saidBy(item, at, seenUpTo, title, t))
    else if (item.kind === 'event' && item.event) {
      const text = describe(item.event, t)
      const asks = item.event.type === 'rating_requested'
      if (!text && !asks) return
      newDay(at)
      line(asks ? 'rating' : 'note', item.id, text)
    }
  }
  for (const item of log.past) show(item, item.seq)
  if (log.past.length > 0 && log.conversation) line('note', `begin ${log.conversation}`, t.newConversation)
  const seenUpTo = readUpTo(log.items, 'agent')
  for (const item of log.items) show(item, seenUpTo)
  for (const entry of outgoing) say(saidInOutbox(entry, t))
  sayOnce(rows, t.read)
  sayOnce(rows, t.sent)
  return rows
}

/** "Read" at the last message that was read says it for all above. */
function sayOnce(rows: Row[], state: string): void {
  let said = false
  for (const row of rows.toReversed())
    if (row.kind === 'message' && row.state === state) {
      if (said) row.state = ''
      said = true
    }
}

function saidBy(item: Item, at: Date, seenUpTo: number, title: string, t: Messages): Said {
  const mine = item.direction === 'in'
  const { kind, name } = item.sender
  return {
    // The message keeps its element, and so its place and focus, when it moves from the outbox to the log.
    key: mine && item.clientId ? item.clientId : item.id,
    mine, at,
    who: mine ? 'me' : `${kind} ${item.sender.id ?? name ?? ''}`,
    name: mine ? t.you : name || (kind === 'bot' ? t.bot : title),
    text: item.text || (item.attachments?.length ? '' : t.recalled), files: item.attachments,
    state: mine ? (item.seq <= seenUpTo ? t.read : t.sent) : '',
  }
}

function saidInOutbox(entry: Outgoing, t: Messages): Said {
  const { clientId, final = false } = entry
  const failed = entry.state === 'failed'
  const pending = entry.state === 'waiting' || entry.state === 'sending'
  const reason = !final ? t.failed : entry.code === 'message_too_long' || entry.code === 'payload_too_large' ? t.tooLong : t.invalid
  return {
    key: clientId, mine: true, pending, who: 'me', name: t.you, text: entry.text, files: entry.files, at: new Date(entry.at),
    state: failed ? '' : entry.state === 'waiting' ? t.waiting : entry.state === 'stored' ? t.sent : t.sending,
    ...(failed && { failed: { clientId, final, reason } }),
  }
}

/** Empty for what says nothing to a visitor, and for types that are newer than this widget. */
function describe(event: LogEvent, t: Messages): string {
  switch (event.type) {
    case 'assigned': return event.to ? t.joined(event.to.name) : ''
    case 'status': return event.to === 'resolved' ? t.resolved : event.from === 'resolved' ? t.reopened : ''
    default: return ''
  }
}
