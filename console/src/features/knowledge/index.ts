export { default as HashList } from './HashList.vue'
export { default as KnowledgeFinder } from './KnowledgeFinder.vue'
