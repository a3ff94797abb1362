import { shallowRef } from 'vue'

interface InstallEvent extends Event { prompt: () => Promise<void>; userChoice: Promise<{ outcome: 'accepted' | 'dismissed' }> }

/** The browser's offer to install, kept until somebody wants it. */
export const offer = shallowRef<InstallEvent | null>(null)
export const installed = shallowRef(typeof window !== 'undefined' && window.matchMedia('(display-mode: standalone)').matches)

export function watchOffer() {
  window.addEventListener('beforeinstallprompt', event => {
    event.preventDefault()
    offer.value = event as InstallEvent
  })
  window.addEventListener('appinstalled', () => {
    offer.value = null
    installed.value = true
  })
}

export async function install() {
  const now = offer.value
  if (!now) return
  await now.prompt()
  if ((await now.userChoice).outcome === 'accepted') offer.value = null
}
