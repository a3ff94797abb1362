export { default as CannedList } from './CannedList.vue'
export { gapIn } from './canned'
export { useCanned } from './useCanned'
