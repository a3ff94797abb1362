export { default as CannedList } from './CannedList.vue'
export { cannedAt, fillIn, insertCanned } from './canned'
export type { Filled } from './canned'
