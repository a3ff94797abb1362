export { createLive, liveKey, useLive } from './live'
export { countsKey } from './cache'
export { useUnreadCount } from './useUnreadCount'
export { fileDeskKey } from './files'
