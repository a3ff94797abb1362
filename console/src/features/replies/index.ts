export { default as CannedList } from './CannedList.vue'
export { useCanned } from './useCanned'
