export { default as KnowledgeFinder } from './KnowledgeFinder.vue'
export { default as TrialLines } from './TrialLines.vue'
export type { Trial } from './source'
export { default as ItemPicker } from './ItemPicker.vue'
