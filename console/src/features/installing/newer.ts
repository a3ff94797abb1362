import { shallowRef } from 'vue'

/** The server has another program than the one that runs in this page. */
export const newer = shallowRef(false)

/** The program that a page starts; its name carries a hash of what is in it. */
export const programOf = (page: string) => /<script[^>]*\ssrc="([^"]*\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? null
/** Put away by somebody who knows of it already. */
let known = ''
let latest = ''
export function putAway() {
  known = latest
  newer.value = false
}
const here = () => document.querySelector('script[type=module][src*="/assets/"]')?.getAttribute('src') ?? null

/** A deployment says nothing to pages that are open: they look. No answer says nothing either. */
export async function look(ask: () => Promise<Response> = () => fetch('/console/', { cache: 'no-store' })) {
  const running = here()
  if (newer.value || !running) return
  try {
    const answer = await ask()
    const there = answer.ok ? programOf(await answer.text()) : null
    latest = there ?? ''
    newer.value = there !== null && there !== running && there !== known
  } catch {
    // away; whoever comes back looks again
  }
}

const pause = 20 * 60_000

/** Now and then, and when somebody comes back to a page that lay behind others for a while. */
export function keepLooking() {
  let last = Date.now()
  const perhaps = () => {
    if (document.visibilityState !== 'visible' || Date.now() - last < pause) return
    last = Date.now()
    void look()
  }
  setInterval(perhaps, pause)
  document.addEventListener('visibilitychange', perhaps)
}
