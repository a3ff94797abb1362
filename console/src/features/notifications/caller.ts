import type { Profile } from '@/features/identity'
import type { Happening } from './events'
import { isQuiet } from './quiet'
import { playTone } from './tones'

/** What the tabs of this browser tell each other. */
export type TabNews = { type: 'looking'; tab: string; conversation: string | null; focused: boolean } | { type: 'gone'; tab: string } | { type: 'settings' } | { type: 'open'; conversation: string }

export interface Outcome { sound: 'played' | 'blocked' | 'off' | 'quiet'; desktop: 'shown' | 'blocked' | 'off' | 'quiet' | 'looking' }

export interface CallerOptions {
  profile: () => Profile | undefined
  title: (happening: Happening) => string
  /** Whether some tab has this conversation before the agent's eyes, and whether any tab has the focus. */
  looksAt: (conversation: string) => boolean
  anyFocused: () => boolean
  open: (conversation: string) => void
  now?: () => number
  /** The installed app's worker, when there is one. */
  worker?: () => ServiceWorkerRegistration | undefined
}

const lately = 1500

/** Calls the agent as their settings say. One of these works in a browser: that of the leading tab. */
export function createCaller(options: CallerOptions) {
  let lastSound = 0

  async function call(happening: Happening, test = false): Promise<Outcome> {
    const profile = options.profile()
    if (!profile) return { sound: 'off', desktop: 'off' }
    const settings = profile.notifications
    const wish = settings[happening.event]
    const now = (options.now ?? Date.now)()
    if (!test && isQuiet(settings.quiet, profile.timeZone ?? profile.workspaceTimeZone, now)) return { sound: 'quiet', desktop: 'quiet' }
    if (!test && options.looksAt(happening.conversation)) return { sound: 'off', desktop: 'looking' }
    const outcome: Outcome = { sound: 'off', desktop: 'off' }
    if (wish.sound && (test || now - lastSound > lately)) { // many at once are one sound
      lastSound = now
      outcome.sound = (await playTone(settings.tone, settings.volume)) ? 'played' : 'blocked'
    }
    if (wish.desktop) outcome.desktop = !test && options.anyFocused() ? 'looking' : show(happening)
    return outcome
  }

  function show(happening: Happening): Outcome['desktop'] {
    if (!('Notification' in window) || Notification.permission !== 'granted') return 'blocked'
    try {
      const about = { body: happening.text?.slice(0, 200) ?? '', tag: `queqiao ${happening.conversation}`, silent: true, icon: `${import.meta.env.BASE_URL}icon-192.png`, data: { path: happening.conversation ? `/console/inbox/mine/${happening.conversation}` : '/console/inbox' } }
      const worker = options.worker?.()
      if (worker) { // installed, and on phones, which know no other way
        void worker.showNotification(options.title(happening), about)
        return 'shown'
      }
      const shown = new Notification(options.title(happening), about)
      shown.onclick = () => {
        window.focus()
        shown.close()
        if (happening.conversation) options.open(happening.conversation)
      }
      return 'shown'
    } catch {
      return 'blocked' // browsers on phones want a worker for this
    }
  }

  return { call }
}
