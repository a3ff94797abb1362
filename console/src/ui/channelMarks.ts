/** How a channel is recognised at a glance: letters (where there are none, those of `ui.mark`) on the colour that people know it by; white on each reads (4.5 : 1). */
const marks: Readonly<Record<string, readonly [letters: string, color: string, name?: string]>> = {
  'wechat-official': ['', '#067d3c'],
  'wechat-miniprogram': ['', '#067d3c'],
  'wechat-kf': ['', '#067d3c'],
  wecom: ['', '#1c67b8'],
  dingtalk: ['', '#1468c8'],
  feishu: ['', '#2857c9'],
  weibo: ['', '#c4261d'],
  douyin: ['', '#26262b'],
  qq: ['Q', '#1268b0', 'QQ'],
  whatsapp: ['W', '#0f7a43', 'WhatsApp'],
  messenger: ['M', '#0a5fd0', 'Messenger'],
  instagram: ['I', '#b8286b', 'Instagram'],
  telegram: ['T', '#1b6f9f', 'Telegram'],
  line: ['L', '#067d35', 'LINE'],
  viber: ['V', '#6550c8', 'Viber'],
  slack: ['S', '#5b2a60', 'Slack'],
  discord: ['D', '#4a55c8', 'Discord'],
  teams: ['T', '#4f55a8', 'Teams'],
  tiktok: ['T', '#26262b', 'TikTok'],
  zalo: ['Z', '#0a5fd0', 'Zalo'],
  kakao: ['K', '#6b5200', 'KakaoTalk'],
  x: ['X', '#26262b', 'X'],
}

export const channelMark = (kind: string) => marks[kind]
export const channelMarkColors = Object.values(marks).map(([, color]) => color)

/** What people call the platform; empty: none that has a name (a web site, a mailbox). Names that differ between languages are those of `ui.platform`. */
export const platformName = (kind: string, t: (key: string) => string) => (marks[kind] ? (marks[kind][2] ?? t(`ui.platform.${kind}`)) : '')
