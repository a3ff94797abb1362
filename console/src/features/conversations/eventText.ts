import type { ComposerTranslation } from 'vue-i18n'
import type { EventItem } from '@/api/types'
import { knownEvent } from '@/realtime'

/** "Lin took this conversation", in the reader's language. Null for what is not worth a line. */
export function eventText(item: EventItem, t: ComposerTranslation, me: string | undefined): string | null {
  const event = knownEvent(item)
  if (!event) return null
  const who = item.sender.id === me ? t('conversations.you') : (item.sender.name ?? t(`conversations.sender.${item.sender.kind}`))
  const named = (person: { id: string; name: string | null }) => (person.id === me ? t('conversations.you') : (person.name ?? t('conversations.sender.agent')))
  switch (event.type) {
    case 'created': return t('conversations.event.created')
    case 'read': return null
    case 'status':
      if (event.to === 'resolved') return t('conversations.event.resolved', { who })
      if (event.from === 'resolved') return t('conversations.event.reopened', { who })
      return t('conversations.event.status', { who, status: t(`conversations.status.${event.to}`) })
    case 'assigned':
      if (!event.to) return t('conversations.event.unassigned', { who })
      if (event.to.id === item.sender.id) return t('conversations.event.taken', { who })
      return item.sender.kind === 'agent' ? t('conversations.event.assigned', { who, to: named(event.to) }) : t('conversations.event.routed', { to: named(event.to) })
    default: return event satisfies never
  }
}
