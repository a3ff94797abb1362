import { whenLater } from '@/lib/later'
import { loadedLater } from '@/lib/loadedLater'

/** With its texts, when a conversation is first shown beside it. */
export const ShopPanel = loadedLater(async () => {
  await whenLater()
  return import('./ShopPanel.vue')
})

/** A card in the log. */
export const SentCard = loadedLater(() => import('./SentCard.vue'))
