export { default as CannedList } from './CannedList.vue'
export { cannedAt, gapsIn } from './canned'
export { useFilled } from './useFilled'
