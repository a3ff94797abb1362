export { default as PresenceChoices } from './PresenceChoices.vue'
export { presenceDots, presenceKey, presenceStatuses } from './source'
export { useMyPresence } from './useMyPresence'
