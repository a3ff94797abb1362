export { look, newer, putAway } from './newer'
export { default as InstallCard } from './InstallCard.vue'
