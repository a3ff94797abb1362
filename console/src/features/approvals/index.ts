export { useApproval } from './asking'
export { watchApprovals } from './watching'
