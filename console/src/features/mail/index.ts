import { whenLater } from '@/lib/later'
import { loadedLater } from '@/lib/loadedLater'

/** What a mail says besides its text, inside its bubble. Loaded with the first mail that is shown. */
export const MailPart = loadedLater(async () => {
  await whenLater()
  return import('./MailPart.vue')
})

/** To whom the next mail goes, above the composer. */
export const RecipientsBar = loadedLater(async () => {
  await whenLater()
  return import('./RecipientsBar.vue')
})

/** Writes a mail to somebody who has not written. */
export const WriteMail = loadedLater(async () => {
  await whenLater()
  return import('./WriteMail.vue')
})

/** Whose mailbox it is, where one is set up. */
export const MailPresets = loadedLater(() => import('./MailPresets.vue'))

/** How a mailbox is, on its channel's page. */
export const MailboxSection = loadedLater(() => import('./MailboxSection.vue'))
