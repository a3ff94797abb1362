export const zhCN = {
  add: '发送图片或文件',
  remove: '移除',
  retry: '重试',
  waiting: '网络中断，恢复后继续',
  checking: '正在检查…',
  failed: '上传失败',
  tooMany: '一次最多发送 10 个文件',
  drop: '松开即可发送',
  scanning: '正在安全检查',
  infected: '含有恶意程序，已拦截',
  gone: '文件已不存在',
  open: '查看大图',
  close: '关闭',
}

export type Texts = typeof zhCN

export const en: Texts = {
  add: 'Send pictures or files',
  remove: 'Remove',
  retry: 'Retry',
  waiting: 'Connection lost; goes on when it is back',
  checking: 'Checking…',
  failed: 'Upload failed',
  tooMany: 'At most 10 files at a time',
  drop: 'Drop to send',
  scanning: 'Security check under way',
  infected: 'Malware found; blocked',
  gone: 'This file no longer exists',
  open: 'Enlarge',
  close: 'Close',
}
