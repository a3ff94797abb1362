import { useI18n } from 'vue-i18n'
import { describeBrowser } from './browsers'

/** What a browser calls itself, in the reader's language. */
export function useBrowserName() {
  const { t } = useI18n()
  return (userAgent: string | null) => {
    const { browser, system } = describeBrowser(userAgent)
    return browser && system ? t('security.sessions.on', { browser, system }) : browser || system || t('security.sessions.unknown')
  }
}
