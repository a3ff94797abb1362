import { whenLater } from '@/lib/later'
import { loadedLater } from '@/lib/loadedLater'

/** With its texts, when a conversation is first shown beside it. */
export const ContactPanel = loadedLater(async () => {
  await whenLater()
  return import('./ContactPanel.vue')
})
