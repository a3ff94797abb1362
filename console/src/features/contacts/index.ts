
import { whenLater } from '@/lib/later'
import { later } from '@/lib/later'

/** With its texts, when a conversation is first shown beside it. */
export const ContactPanel = later(async () => {
  await whenLater()
  return import('./ContactPanel.vue')
})
