import { whenLater } from '@/lib/later'
import { loadedLater } from '@/lib/loadedLater'

/** With its texts, when a conversation is first shown beside it. */
export const CustomerDataCard = loadedLater(async () => {
  await whenLater()
  return import('./CustomerDataCard.vue')
})
