import { defineAsyncComponent } from 'vue'
import { whenLater } from '@/lib/later'

/** With its texts, when a conversation is first shown beside it. */
export const ContactPanel = defineAsyncComponent(async () => {
  await whenLater()
  return import('./ContactPanel.vue')
})
