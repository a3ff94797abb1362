export const texts = {
  'zh-CN': {
    title: '隐私告知', accept: '同意并开始聊天', ok: '知道了', more: '展开全文', manage: '隐私设置', close: '关闭', optional: '以下用途可以单独选择，不影响使用客服：',
    failed: '没有保存成功，请重试。', saved: '已保存，随时可以更改。',
  },
  en: {
    title: 'Privacy notice', accept: 'Accept and start', ok: 'OK', more: 'Read all', manage: 'Privacy settings', close: 'Close', optional: 'You may choose each of these by itself; the chat works without them:',
    failed: 'This could not be saved. Please try again.', saved: 'Saved. You can change it at any time.',
  },
}
