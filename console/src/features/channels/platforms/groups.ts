/** How the gallery of kinds is arranged. What nobody has arranged (plug-ins) comes last. */
export const groups = ['site', 'china', 'world', 'work', 'sms', 'other'] as const
export type Group = (typeof groups)[number]

const members: Record<Exclude<Group, 'other'>, readonly string[]> = {
  site: ['web', 'email', 'api', 'app'],
  china: ['wechat-official', 'wechat-miniprogram', 'wechat-kf', 'weibo', 'douyin', 'qq'],
  world: ['whatsapp', 'messenger', 'instagram', 'telegram', 'line', 'viber', 'tiktok', 'zalo', 'kakao', 'x', 'discord'],
  work: ['wecom', 'dingtalk', 'feishu', 'slack', 'teams'],
  sms: ['twilio-sms', 'aliyun-sms', 'tencent-sms', 'vonage-sms'],
}

export function groupOf(kind: string): Group {
  return groups.find(group => group !== 'other' && members[group].includes(kind)) ?? 'other'
}
