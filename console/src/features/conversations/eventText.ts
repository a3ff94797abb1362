import type { ComposerTranslation } from 'vue-i18n'
import type { EventItem } from '@/api/types'
import { knownEvent } from '@/realtime'

const codes = new Set(['agent_replied', 'customer_wrote', 'agent_started', 'merged', 'snooze_over'])
const botReasons = new Set(['wrong', 'unclear', 'incomplete', 'other'])
const channelNotes = new Set(['followed', 'unfollowed', 'menu', 'follow', 'unfollow'])
const reasonOf = (reason: string | null | undefined) => (reason && !codes.has(reason) ? ` · ${reason}` : '')

/** A Latin name among Chinese words has a space at each side; more than one space is none of the translator's. */
const apart = (name: string) => name.replace(/^(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])$/g, ' ')
const tidy = (text: string) => text.replace(/ {2,}/g, ' ').trim()

/** "Lin took this conversation", in the reader's language. Null for what is not worth a line. */
export function eventText(item: EventItem, t: ComposerTranslation, me: string | undefined): string | null {
  const text = lineOf(item, t, me)
  return text && tidy(text)
}

function lineOf(item: EventItem, t: ComposerTranslation, me: string | undefined): string | null {
  const event = knownEvent(item)
  if (!event) return null
  const who = item.sender.id === me ? t('conversations.you') : apart(item.sender.name ?? t(`conversations.sender.${item.sender.kind}`))
  const named = (person: { id: string; name: string | null }) => (person.id === me ? t('conversations.you') : apart(person.name ?? t('conversations.sender.agent')))
  switch (event.type) {
    case 'created': return t('conversations.event.created')
    case 'read': return null
    case 'status':
      if (event.to === 'resolved') return t('conversations.event.resolved', { who }) + reasonOf(event.reason)
      if (event.from === 'resolved') return t('conversations.event.reopened', { who })
      if (event.from === 'snoozed' && event.reason === 'snooze_over') return t('conversations.event.woke')
      return t('conversations.event.status', { who, status: t(`conversations.status.${event.to}`) })
    case 'assigned':
      if (!event.to) return t('conversations.event.unassigned', { who })
      if (event.to.id === item.sender.id) return t('conversations.event.taken', { who })
      return item.sender.kind === 'agent' ? t('conversations.event.assigned', { who, to: named(event.to) }) : t('conversations.event.routed', { to: named(event.to) })
    case 'team': return event.to ? t('conversations.event.team', { who, to: event.to.name }) : t('conversations.event.noTeam', { who })
    case 'tagged': return t('conversations.event.tagged', { who, tag: event.tag.name })
    case 'untagged': return t('conversations.event.untagged', { who, tag: event.tag.name })
    case 'priority': return t('conversations.event.priority', { who, priority: t(`conversations.priority.${event.to}`) })
    case 'contact_renamed': return event.to ? t('conversations.event.contactRenamed', { who, name: event.to }) : t('conversations.event.contactUnnamed', { who })
    case 'subject': return event.to ? t('conversations.event.subject', { who, subject: event.to }) : t('conversations.event.noSubject', { who })
    case 'fields': return t('conversations.event.fields', { who })
    case 'rating_requested': return t('conversations.event.ratingRequested')
    case 'rated': return t('conversations.event.rated', { score: event.score }) + reasonOf(event.comment)
    case 'wrapped_up': return t('conversations.event.wrappedUp', { who, category: event.category.name }) + reasonOf(event.result) + reasonOf(event.note)
    case 'merged_into': return t('conversations.event.mergedInto', { who })
    case 'merged_from': return t('conversations.event.mergedFrom', { who })
    case 'handed_over': return t('conversations.event.handedOver')
    case 'bot_rated': return t(event.helpful ? 'conversations.event.botHelpful' : 'conversations.event.botUnhelpful') + (event.reason && botReasons.has(event.reason) ? reasonOf(t(`conversations.event.botReason.${event.reason}`)) : '')
    case 'mentioned': case 'mentions_seen': case 'edited': case 'note_edited': case 'recalled': case 'note_recalled':
    case 'delivery': case 'file_arrived': case 'reacted': return null
    case 'channel_noted': return t(channelNotes.has(event.what) ? `chat.channelNoted.${event.what}` : 'chat.channelNoted.other', { what: event.text ?? event.what })
    default: return event satisfies never
  }
}
