export { default as HashSlot } from './HashSlot.vue'
export { default as KnowledgeFinder } from './KnowledgeFinder.vue'
