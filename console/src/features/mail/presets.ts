/** Servers of common mailboxes, as their providers publish them. */
export interface Preset { id: string; domains: readonly string[]; imap: readonly [string, number]; smtp: readonly [string, number, 'tls' | 'starttls']; secret: 'code' | 'app' | 'password'; help: string; trusted?: string; plus?: boolean }

export const presets: readonly Preset[] = [
  { id: 'qq', domains: ['qq.com', 'foxmail.com', 'vip.qq.com'], imap: ['imap.qq.com', 993], smtp: ['smtp.qq.com', 465, 'tls'], secret: 'code', help: 'https://service.mail.qq.com/detail/0/75' },
  { id: 'exmail', domains: [], imap: ['imap.exmail.qq.com', 993], smtp: ['smtp.exmail.qq.com', 465, 'tls'], secret: 'code', help: 'https://open.work.weixin.qq.com/help2/pc/18624' },
  { id: 'netease163', domains: ['163.com'], imap: ['imap.163.com', 993], smtp: ['smtp.163.com', 465, 'tls'], secret: 'code', help: 'https://help.mail.163.com/' },
  { id: 'netease126', domains: ['126.com'], imap: ['imap.126.com', 993], smtp: ['smtp.126.com', 465, 'tls'], secret: 'code', help: 'https://help.mail.163.com/' },
  { id: 'qiye163', domains: [], imap: ['imap.qiye.163.com', 993], smtp: ['smtp.qiye.163.com', 994, 'tls'], secret: 'code', help: 'https://qiye.163.com/help/' },
  { id: 'aliyun', domains: [], imap: ['imap.qiye.aliyun.com', 993], smtp: ['smtp.qiye.aliyun.com', 465, 'tls'], secret: 'password', help: 'https://help.aliyun.com/document_detail/36576.html' },
  { id: 'gmail', domains: ['gmail.com', 'googlemail.com'], imap: ['imap.gmail.com', 993], smtp: ['smtp.gmail.com', 465, 'tls'], secret: 'app', help: 'https://support.google.com/accounts/answer/185833', trusted: 'mx.google.com', plus: true },
  { id: 'outlook', domains: ['outlook.com', 'hotmail.com', 'live.com'], imap: ['outlook.office365.com', 993], smtp: ['smtp-mail.outlook.com', 587, 'starttls'], secret: 'app', help: 'https://support.microsoft.com/office/d088b986-291d-42b8-9564-9c414e2aa040', plus: true },
  { id: 'microsoft365', domains: [], imap: ['outlook.office365.com', 993], smtp: ['smtp.office365.com', 587, 'starttls'], secret: 'app', help: 'https://support.microsoft.com/office/d088b986-291d-42b8-9564-9c414e2aa040', plus: true },
  { id: 'icloud', domains: ['icloud.com', 'me.com', 'mac.com'], imap: ['imap.mail.me.com', 993], smtp: ['smtp.mail.me.com', 587, 'starttls'], secret: 'app', help: 'https://support.apple.com/102525', plus: true },
  { id: 'yahoo', domains: ['yahoo.com', 'ymail.com'], imap: ['imap.mail.yahoo.com', 993], smtp: ['smtp.mail.yahoo.com', 465, 'tls'], secret: 'app', help: 'https://help.yahoo.com/kb/SLN15241.html' },
  { id: 'fastmail', domains: ['fastmail.com'], imap: ['imap.fastmail.com', 993], smtp: ['smtp.fastmail.com', 465, 'tls'], secret: 'app', help: 'https://www.fastmail.help/hc/en-us/articles/1500000278342', plus: true },
  { id: 'zoho', domains: ['zoho.com'], imap: ['imap.zoho.com', 993], smtp: ['smtp.zoho.com', 465, 'tls'], secret: 'app', help: 'https://www.zoho.com/mail/help/imap-access.html', plus: true },
]

/** Whose mailbox an address is, as far as its domain says. */
export const presetOf = (address: string) => presets.find(one => one.domains.includes(address.trim().toLowerCase().split('@')[1] ?? ''))

/** What it fills in. */
export const valuesOfPreset = (preset: Preset): Record<string, string> => ({
  imapHost: preset.imap[0], imapPort: String(preset.imap[1]), imapSecurity: 'tls', smtpHost: preset.smtp[0], smtpPort: String(preset.smtp[1]), smtpSecurity: preset.smtp[2],
  ...(preset.trusted ? { trustedServers: preset.trusted } : {}), ...(preset.plus ? { plusAddress: 'true' } : {}),
})
