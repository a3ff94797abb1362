import type { Http } from '@/api/client'

export const letterGroups = ['access', 'approvals', 'devices', 'knowledge'] as const
export type LetterGroup = (typeof letterGroups)[number]
export type MailSecurity = 'tls' | 'starttls' | 'none'

/** How the server itself writes to colleagues. */
export interface ServerMail {
  isOn: boolean; channelId: string | null; host: string | null; port: number; security: MailSecurity; user: string | null; hasPassword: boolean; from: string | null; fromName: string | null; kinds: LetterGroup[]
  sentAt: string | null; trouble: string | null; reason: string | null; troubleAt: string | null
}
export interface Tested { to: string | null; code: string | null; reason: string | null; detail: string | null }
export interface ServerMailWish { isOn: boolean; channelId: string | null; host: string; port: number; security: MailSecurity; user: string; password?: string; from: string; fromName: string; kinds: LetterGroup[] }

export const serverMailKey = ['server-mail'] as const
export const emptyServerMail = () => ({ isOn: false, channelId: null as string | null, host: '', port: '465', security: 'tls' as MailSecurity, user: '', from: '', fromName: '', kinds: [...letterGroups] as LetterGroup[] })

export const serverMailSource = (http: Http) => ({
  show: () => http.get<ServerMail>('/api/v1/server-mail'),
  change: (wish: ServerMailWish) => http.put<ServerMail>('/api/v1/server-mail', wish),
  test: () => http.post<Tested>('/api/v1/server-mail/test', {}),
  mailboxes: () => http.get<{ items: { id: string; kind: string; name: string }[] }>('/api/v1/channels').then(page => page.items.filter(one => one.kind === 'email')),
})
