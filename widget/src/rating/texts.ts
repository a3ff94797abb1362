export const zhCN = {
  ask: '您对这次服务满意吗？',
  scores: ['非常不满意', '不满意', '一般', '满意', '非常满意'],
  star: (n: number) => `${n} 星`,
  given: (n: number) => `您的评价：${n} 星，满分 5 星`,
  comment: '补充说明（选填）',
  send: '提交评价',
  sending: '正在提交…',
  thanks: '感谢您的评价！',
  change: '修改评价',
  cancel: '取消',
  failed: '没有提交成功，请重试。',
  ended: '已超过可以修改的时间。',
  transcript: '下载会话记录',
  file: '会话记录',
  noFile: '会话记录下载失败，请重试。',
}

export type Texts = typeof zhCN

export const en: Texts = {
  ask: 'How did we do?',
  scores: ['Very bad', 'Bad', 'Fair', 'Good', 'Very good'],
  star: n => n === 1 ? '1 star' : `${n} stars`,
  given: n => `You gave ${n} of 5 stars`,
  comment: 'Anything to add? (optional)',
  send: 'Send rating',
  sending: 'Sending…',
  thanks: 'Thank you for your rating!',
  change: 'Change rating',
  cancel: 'Cancel',
  failed: 'This could not be sent. Please try again.',
  ended: 'It can no longer be changed.',
  transcript: 'Download transcript',
  file: 'transcript',
  noFile: 'The transcript did not load. Please try again.',
}
