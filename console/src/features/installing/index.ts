export { default as InstallCard } from './InstallCard.vue'
