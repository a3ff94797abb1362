import { shallowRef } from 'vue'
import { defineStore } from 'pinia'

/** Asks why, when something needs a second person. The answer is the reason, or null: leave it. */
export const useApproval = defineStore('approval', () => {
  const asking = shallowRef(false)
  let waiting: ((reason: string | null) => void)[] = []
  return {
    asking,
    ask: () => new Promise<string | null>(resolve => {
      waiting.push(resolve)
      asking.value = true
    }),
    answer(reason: string | null) {
      asking.value = false
      const all = waiting
      waiting = []
      // Who asks meanwhile asks for something else: it is not meant by this reason.
      all.forEach((resolve, i) => resolve(i === 0 ? reason : null))
    },
  }
})
