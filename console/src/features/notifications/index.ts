export { useNotifications } from './useNotifications'
