import { useI18n } from 'vue-i18n'
import type { Person } from '@/api/types'
import { platformName } from '@/ui'

/** Nobody has named most visitors yet: the end of the id tells two of them apart, and the platform says where they write from. */
export function useContactName() {
  const { t } = useI18n()
  return (contact: Person, channel?: { kind: string } | null) => {
    if (contact.name?.trim()) return contact.name.trim()
    const code = contact.id.slice(-4).toUpperCase()
    const platform = platformName(channel?.kind ?? 'web', t)
    return platform ? t('conversations.customerOn', { platform, code }) : t('conversations.visitor', { code })
  }
}
