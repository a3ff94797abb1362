export { createLive, liveKey, useLive } from './live'
export { countsKey } from './cache'
export { useContactName } from './names'
export { useUnreadCount } from './useUnreadCount'
export { fileDeskKey, useFileUpload } from './files'
import { whenLater } from '@/lib/later'
import { loadedLater } from '@/lib/loadedLater'

/** A colleague's conversation to look at. */
export const WatchPane = loadedLater(() => import('./WatchPane.vue'))
export const WrapUpCounts = loadedLater(async () => {
  await whenLater()
  return import('./wrapUp/WrapUpCounts.vue')
})
