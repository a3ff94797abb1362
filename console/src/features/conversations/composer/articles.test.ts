import { expect, it } from 'vitest'
import { articleAt, plainOf, wordsOf } from './articles'

it('are looked for behind a # that begins a word; a number is an order', () => {
  expect(articleAt('#退款', 3)).toEqual({ from: 0, word: '退款' })
  expect(articleAt('您好 #re', 6)).toEqual({ from: 3, word: 're' })
  for (const text of ['订单#退款', '#1234', '#', 'a #退款 好', '#re fund']) expect(articleAt(text, text.length)).toBeNull()
})

it('lose their marks and keep what they say', () => {
  expect(plainOf('# 退款\n\n**7 天**内可退，见 [说明](https://shop.example/r)。\n\n- 一\n- 二\n\n> 注意 `代码`')).toBe('退款\n\n7 天内可退，见 说明 https://shop.example/r。\n\n• 一\n• 二\n\n注意 代码')
  expect(plainOf('2 * 3 * 4 \\*ok\\* [https://a.example](https://a.example)')).toBe('2 * 3 * 4 *ok* https://a.example')
})

it('go into a reply as the answer, or as the title and its address', () => {
  const found = { id: '1', kind: 'faq' as const, title: '怎么退', url: '/help/refund', audience: 'public', excerpt: '…', answer: null }
  expect(wordsOf({ ...found, answer: '**请**申请' }, 'https://x.example')).toBe('请申请')
  expect(wordsOf(found, 'https://x.example')).toBe('怎么退\nhttps://x.example/help/refund')
})
