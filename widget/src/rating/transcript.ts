import type { Chat } from '../chat'

/** What was said, as a file to keep. The token must not stand in an address, so the file comes by fetch. */
export async function saveTranscript(chat: Chat, lang: string, name: string): Promise<boolean> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  let answer = await ask(chat, lang, zone)
  if (answer?.status === 401 && (await chat.visitor.signIn()).ok) answer = await ask(chat, lang, zone)
  // A zone that the server does not know: then it is told in UTC.
  if (answer?.status === 400) answer = await ask(chat, lang)
  const file = answer?.ok ? await answer.blob().catch(() => null) : null
  if (!file) return false
  const link = document.createElement('a')
  const now = new Date()
  link.href = URL.createObjectURL(file)
  link.download = `${name}-${[now.getFullYear(), now.getMonth() + 1, now.getDate()].map(part => String(part).padStart(2, '0')).join('-')}.html`
  link.click()
  // Not at once: the browser may not have begun to read it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  return true
}

function ask({ api }: Chat, lang: string, zone?: string): Promise<Response | null> {
  return fetch(`${api.base}/widget/v1/transcript${zone ? `?timeZone=${encodeURIComponent(zone)}` : ''}`, {
    headers: { authorization: `Bearer ${api.token}`, 'accept-language': lang },
    credentials: 'omit', cache: 'no-store', signal: AbortSignal.timeout(30_000),
  }).catch(() => null)
}
