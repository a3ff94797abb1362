import { reactive, watch, watchEffect } from 'vue'
import { defineStore } from 'pinia'
import { localStore, readJson } from '@/lib/storage'
import type { Store } from '@/lib/storage'

export type Locale = 'zh-CN' | 'en'
export interface Preferences {
  theme: 'light' | 'dark' | 'system'
  locale: Locale
  density: 'comfortable' | 'compact'
  /** What Enter does in the composer; Mod+Enter always sends. */
  enter: 'send' | 'newline'
  sort: 'recent' | 'waiting' | 'created'
  /** What stands together in lists; '' is nothing. */
  group: '' | 'priority' | 'status' | 'assignee' | 'team' | 'channel'
}

const key = 'queqiao.preferences'
const allowed: { [K in keyof Preferences]: readonly Preferences[K][] } = {
  theme: ['light', 'dark', 'system'],
  locale: ['zh-CN', 'en'],
  density: ['comfortable', 'compact'],
  enter: ['send', 'newline'],
  sort: ['waiting', 'recent', 'created'],
  group: ['', 'priority', 'status', 'assignee', 'team', 'channel'],
}

export function readPreferences(store: Store, languages: readonly string[]): Preferences {
  const saved = readJson<Preferences>(store, key)
  const pick = <K extends keyof Preferences>(name: K, fallback: Preferences[K]) => {
    const value = saved[name]
    return value !== undefined && allowed[name].includes(value) ? value : fallback
  }
  const spoken = languages.find(language => /^(zh|en)\b/i.test(language)) ?? 'en'
  return {
    theme: pick('theme', 'system'),
    locale: pick('locale', /^zh/i.test(spoken) ? 'zh-CN' : 'en'),
    density: pick('density', 'comfortable'),
    enter: pick('enter', 'send'),
    sort: pick('sort', 'waiting'),
    group: pick('group', ''),
  }
}

export const usePreferences = defineStore('preferences', () => {
  const values = reactive(readPreferences(localStore, navigator.languages))
  watch(values, now => localStore.write(key, JSON.stringify(now)))
  // The other tabs follow.
  window.addEventListener('storage', event => {
    if (event.key === key) Object.assign(values, readPreferences(localStore, navigator.languages))
  })
  watchEffect(() => {
    const root = document.documentElement
    root.dataset['theme'] = values.theme
    root.dataset['density'] = values.density
    root.lang = values.locale
  })
  return { values }
})
