export { QueqiaoClient, type Options } from './client'
export { QueqiaoError, type Item, type Pending, type State, type Store, type UserProof } from './types'
