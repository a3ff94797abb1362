export { noticesKey, noticeSource } from './source'
export { useUnseen } from './useUnseen'
