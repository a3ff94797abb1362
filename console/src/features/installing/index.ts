export { look, newer } from './newer'
export { default as InstallCard } from './InstallCard.vue'
