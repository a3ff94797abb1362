/** How a channel is recognised at a glance: letters (where there are none, those of `ui.mark`) on the colour that people know it by. White on each reads (4.5 : 1). */
const marks: Readonly<Record<string, readonly [letters: string, color: string]>> = {
  'wechat-official': ['', '#067d3c'],
  'wechat-miniprogram': ['', '#067d3c'],
  'wechat-kf': ['', '#067d3c'],
  wecom: ['', '#1c67b8'],
  dingtalk: ['', '#1468c8'],
  feishu: ['', '#2857c9'],
  weibo: ['', '#c4261d'],
  douyin: ['', '#26262b'],
  qq: ['Q', '#1268b0'],
  whatsapp: ['W', '#0f7a43'],
  messenger: ['M', '#0a5fd0'],
  instagram: ['I', '#b8286b'],
  telegram: ['T', '#1b6f9f'],
  line: ['L', '#067d35'],
  viber: ['V', '#6550c8'],
  slack: ['S', '#5b2a60'],
  discord: ['D', '#4a55c8'],
  teams: ['T', '#4f55a8'],
  tiktok: ['T', '#26262b'],
  zalo: ['Z', '#0a5fd0'],
  kakao: ['K', '#6b5200'],
  x: ['X', '#26262b'],
}

export const channelMark = (kind: string) => marks[kind]
export const channelMarkColors = Object.values(marks).map(([, color]) => color)
