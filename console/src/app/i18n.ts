import { watch } from 'vue'
import { createI18n } from 'vue-i18n'
import { usePreferences } from '@/features/preferences'
import type { Locale } from '@/features/preferences'
import { setLater } from '@/lib/later'
import zh from '@/locales/zh-CN'

export const i18n = createI18n<Locale>({
  locale: 'zh-CN',
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh },
  // eslint-disable-next-line no-console -- for whoever writes a page
  ...(import.meta.env.DEV ? { missing: key => console.warn(`no text: ${key}`) } : {}),
})

let wantsLater = false
const withLater = new Set<Locale>()

async function addLater(locale: Locale) {
  if (withLater.has(locale)) return
  const { default: texts } = await (locale === 'en' ? import('@/locales/en/later') : import('@/locales/zh-CN/later'))
  i18n.global.mergeLocaleMessage(locale, texts)
  withLater.add(locale)
}

/** The texts that are not part of the first load (`locales/…/later.ts`), in the languages in use. */
export async function loadLater() {
  wantsLater = true
  await Promise.all(i18n.global.availableLocales.map(locale => addLater(locale)))
}

async function use(locale: Locale) {
  if (locale === 'en' && !i18n.global.availableLocales.includes('en')) {
    const { default: en } = await import('@/locales/en')
    i18n.global.setLocaleMessage('en', en)
  }
  if (wantsLater) await addLater(locale)
  i18n.global.locale.value = locale
}

/** Chinese is part of the first load; English arrives before the first paint when it is the chosen one. */
export async function followLocale() {
  const { values } = usePreferences()
  watch(() => values.locale, locale => void use(locale))
  await use(values.locale)
}

export const currentLocale = () => i18n.global.locale.value

setLater(loadLater)
