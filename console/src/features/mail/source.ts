import type { Http } from '@/api/client'

export interface MailPerson { address: string | null; name: string | null }

/** What a mail says besides its text. */
export interface Mail {
  seq: number
  sent: boolean
  from: MailPerson | null
  to: MailPerson[]
  cc: MailPerson[]
  bcc: MailPerson[]
  subject: string | null
  /** A trusted server says that it is from who it says. */
  proven: boolean
  dmarc: string | null
  dkim: string | null
  spf: string | null
  /** All of the text with what was quoted; null: the message has it all. */
  whole: string | null
  html: boolean
  remoteImages: number
  refusedFiles: { name: string; size: number; code: string }[]
}

export interface Recipients { to: MailPerson[]; cc: MailPerson[]; bcc: MailPerson[]; subject: string | null }

export interface Mails { recipients: Recipients | null; items: Mail[] }

export interface OutsideMail { id: string; state: 'waiting' | 'held' | 'left'; reason: string | null; receivedAt: string; size: number; tries: number; from: string | null; subject: string | null }

export interface Mailbox { checkedAt: string | null; trouble: string | null; reason: string | null; troubleAt: string | null; items: OutsideMail[] }

export const mailsKey = (conversation: string) => ['mails', conversation] as const
export const mailboxKey = (channel: string) => ['mailbox', channel] as const

export const mailSource = (http: Http) => ({
  mails: (conversation: string) => http.get<Mails>(`/api/v1/conversations/${encodeURIComponent(conversation)}/mails`),
  setRecipients: (conversation: string, to: { to: readonly { address: string; name?: string }[]; cc: readonly { address: string }[]; bcc: readonly { address: string }[]; subject: string }) =>
    http.put<Recipients>(`/api/v1/conversations/${encodeURIComponent(conversation)}/mail-recipients`, to),
  mailboxes: async () => (await http.get<{ items: { id: string; kind: string; name: string; enabled: boolean }[] }>('/api/v1/channels')).items.filter(one => one.kind === 'email' && one.enabled),
  begin: (channel: string, mail: { to: readonly { address: string; name?: string }[]; cc: readonly { address: string }[]; bcc: readonly { address: string }[]; subject: string; text: string; clientId: string; contactId?: string }) =>
    http.post<{ conversationId: string; seq: number }>(`/api/v1/channels/${encodeURIComponent(channel)}/mails`, mail),
  mailbox: (channel: string) => http.get<Mailbox>(`/api/v1/channels/${encodeURIComponent(channel)}/mailbox`),
  fetch: (channel: string) => http.post<Mailbox>(`/api/v1/channels/${encodeURIComponent(channel)}/mailbox/fetch`, {}),
  retry: (channel: string, mail: string) => http.post<void>(`/api/v1/channels/${encodeURIComponent(channel)}/mailbox/mails/${encodeURIComponent(mail)}/retry`, {}),
  discard: (channel: string, mail: string) => http.remove(`/api/v1/channels/${encodeURIComponent(channel)}/mailbox/mails/${encodeURIComponent(mail)}`),
})

/** Where the HTML of a mail is shown: a page for a frame with sandbox. */
export const frameOf = (conversation: string, seq: number, remote: boolean) => `/api/v1/conversations/${encodeURIComponent(conversation)}/mails/${seq}/html${remote ? '?remote=true' : ''}`

export const written = (one: MailPerson) => (one.name && one.address ? `${one.name} <${one.address}>` : (one.name ?? one.address ?? ''))

/** "Ann <a@x.test>, b@x.test" as people type it; null: one of them is no address. */
export function readPeople(text: string): { address: string; name?: string }[] | null {
  const people: { address: string; name?: string }[] = []
  for (const part of text.split(/[,;\uFF0C\uFF1B\n]/).map(one => one.trim()).filter(Boolean)) {
    const named = /^"?([^"<]*)"?\s*<([^<>\s]+)>$/.exec(part)
    const address = (named?.[2] ?? part).trim()
    if (!/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/.test(address)) return null
    const name = named?.[1]?.trim()
    people.push(name ? { address, name } : { address })
  }
  return people
}
