import { useI18n } from 'vue-i18n'
import type { Contact, Merge } from './source'

/** Says what proved that two contacts are one person. */
export function useProof(contact: () => Contact) {
  const { t, te } = useI18n()
  return (merge: Merge): string => {
    if (!merge.key) return t('contacts.key.by_agent')
    if (merge.key.kind === 'link') return t('contacts.key.byLink')
    const kind = te(`contacts.kind.${merge.key.kind}`) ? t(`contacts.kind.${merge.key.kind}`) : merge.key.kind
    const value = contact().identities.find(one => one.id === merge.key?.identityId)?.externalId
    return value ? t('contacts.key.by', { kind, value }) : t('contacts.key.byKind', { kind })
  }
}
