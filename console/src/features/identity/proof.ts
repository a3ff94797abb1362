import { shallowRef } from 'vue'
import { defineStore } from 'pinia'

/** Asks for the password again when the server wants a recent proof. One question at a time: who asks meanwhile gets the same answer. */
export const useProof = defineStore('proof', () => {
  const asking = shallowRef(false)
  let waiting: ((given: boolean) => void)[] = []
  return {
    asking,
    ask: () => new Promise<boolean>(resolve => {
      waiting.push(resolve)
      asking.value = true
    }),
    answer(given: boolean) {
      asking.value = false
      const all = waiting
      waiting = []
      all.forEach(resolve => resolve(given))
    },
  }
})
