import { useI18n } from 'vue-i18n'
import type { Field } from '../source'

/** What a target is called. */
export function useTargetName(fields: () => readonly Field[]) {
  const { t, te } = useI18n()
  return (target: string) => {
    const [group, rest = ''] = target.split(/:(.*)/s)
    if (group === 'field') return t('imports.targetField', { name: fields().find(field => field.key === rest)?.name ?? rest })
    if (group === 'identity') return te(`contacts.kind.${rest}`) ? t(`contacts.kind.${rest}`) : rest
    if (group === 'consent') return t('imports.targetConsent', { purpose: t(`contacts.purpose.${rest}`) })
    return t(`imports.target.${target}`)
  }
}
