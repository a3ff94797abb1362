export { default as PresenceChoices } from './PresenceChoices.vue'
export { presenceKey } from './source'
