export { usePreferences } from './store'
export type { Locale, Preferences } from './store'
