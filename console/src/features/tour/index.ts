import { whenLater } from '@/lib/later'
import { loadedLater } from '@/lib/loadedLater'

export const TourLink = loadedLater(async () => {
  await whenLater()
  return import('./TourLink.vue')
})
