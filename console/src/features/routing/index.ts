export { default as PresenceChoices } from './PresenceChoices.vue'
export { presenceDots, presenceKey } from './source'
export { useMyPresence } from './useMyPresence'
