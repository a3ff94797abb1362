import type { ComposerTranslation } from 'vue-i18n'
import type { Group, Row } from '@/api/types'
import { groupKey } from '@/realtime'
import type { ShownRow } from './useHeldOrder'

export interface ListLine {
  key: string
  /** A heading: the first row of its group. */
  group?: Row
  entry?: ShownRow
  /** Place among the conversations. */
  at: number
}

/** The rows of a list with a heading before each group. */
export function withGroups(shown: readonly ShownRow[], group: Group | ''): ListLine[] {
  const lines: ListLine[] = []
  let last: string | null = null
  shown.forEach((entry, at) => {
    const key = group ? groupKey(entry.row, group) : null
    if (group && key !== last) lines.push({ key: `group-${key}-${at}`, group: entry.row, at })
    last = key
    lines.push({ key: entry.row.id, entry, at })
  })
  return lines
}

export function groupTitle(row: Row, group: Group | '', t: ComposerTranslation) {
  switch (group) {
    case 'priority': return t(`conversations.priority.${row.priority}`)
    case 'status': return t(`conversations.status.${row.status}`)
    case 'assignee': return row.assignee ? (row.assignee.name ?? t('conversations.sender.agent')) : t('conversations.group.nobody')
    case 'team': return row.team?.name ?? t('conversations.group.noTeam')
    case 'channel': return row.channel.name
    default: return ''
  }
}
