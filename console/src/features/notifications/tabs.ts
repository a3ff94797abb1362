import type { TabNews } from './caller'

const channelName = 'queqiao.tabs'

/** The tabs of this browser and what each of them shows. */
export function createTabs(onNews: (news: TabNews) => void) {
  const me = crypto.getRandomValues(new Uint32Array(2)).join('-')
  const others = new Map<string, { conversation: string | null; focused: boolean }>()
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel(channelName) : null
  let conversation: string | null = null
  const focused = () => document.visibilityState === 'visible' && document.hasFocus()
  const tell = (news: TabNews) => channel?.postMessage(news)
  const say = () => tell({ type: 'looking', tab: me, conversation, focused: focused() })
  const leave = () => tell({ type: 'gone', tab: me })

  channel?.addEventListener('message', ({ data }: MessageEvent<TabNews>) => {
    if (data.type === 'looking') {
      const known = others.has(data.tab)
      others.set(data.tab, data)
      if (!known) say() // a tab that has just come does not know of us either
    } else if (data.type === 'gone') others.delete(data.tab)
    onNews(data)
  })
  for (const event of ['focus', 'blur']) window.addEventListener(event, say)
  document.addEventListener('visibilitychange', say)
  window.addEventListener('pagehide', leave)
  say()

  return {
    tell,
    look(at: string | null) { conversation = at; say() },
    looksAt: (id: string) => (focused() && conversation === id) || [...others.values()].some(tab => tab.focused && tab.conversation === id),
    anyFocused: () => focused() || [...others.values()].some(tab => tab.focused),
    close() {
      leave()
      for (const event of ['focus', 'blur']) window.removeEventListener(event, say)
      document.removeEventListener('visibilitychange', say)
      window.removeEventListener('pagehide', leave)
      channel?.close()
    },
  }
}
