export { default as KnowledgeFinder } from './KnowledgeFinder.vue'
