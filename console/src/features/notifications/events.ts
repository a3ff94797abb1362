import type { Person, Row } from '@/api/types'
import type { CallEvent } from '@/features/identity'

export interface Happening { event: CallEvent; conversation: string; /** Null: this is a trial. */ who: Person | null; channel?: Row['channel']; text: string | null }

/** What a row's change means for me. `before` is the row as it was known; undefined when it was not. */
export function happeningOf(before: Row | undefined, now: Row, me: string): Happening | null {
  const at = (event: CallEvent): Happening => ({ event, conversation: now.id, who: now.contact, channel: now.channel, text: now.lastMessage?.kind === 'message' ? now.lastMessage.text : null })
  if (before && now.seq <= before.seq) return null
  const spoke = now.lastMessage?.direction === 'in' && now.lastMessage.seq > (before?.lastMessage?.seq ?? 0)
  // A newer server says on a row whom its notes name.
  const names = (row: Row | undefined) => (row as { unseenMentions?: readonly string[] } | undefined)?.unseenMentions?.includes(me) ?? false
  if (names(now) && !names(before)) return at('mention')
  if (now.assignee?.id === me) {
    if (before && before.assignee?.id !== me) return at('assigned')
    // A row that was not known and is mine now was given to me, or came back with something new.
    if (!before && now.unread > 0 && now.status !== 'resolved') return at(spoke ? 'message' : 'assigned')
    return before && spoke ? at('message') : null
  }
  const waits = (row: Row) => row.status === 'queued' && row.assignee === null && row.waitingSince !== null
  return waits(now) && !(before && waits(before)) ? at('waiting') : null
}
