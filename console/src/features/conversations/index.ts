export { createLive, liveKey, useLive } from './live'
export { countsKey } from './cache'
export { useContactName } from './names'
export { useUnreadCount } from './useUnreadCount'
