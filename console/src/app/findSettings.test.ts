import { expect, it } from 'vitest'
import { findSettings } from './findSettings'

const page = (label: string, groupLabel: string, wordsText = '') => ({ label, groupLabel, wordsText })
const pages = [page('外观', '我', '主题 深色 Theme'), page('成员', '成员与团队', '邀请 角色'), page('团队', '成员与团队', '小组')]
const names = (question: string) => findSettings(pages, question).map(one => one.label)

it('shows everything until something is asked for', () => expect(names('  ')).toEqual(['外观', '成员', '团队']))
it('finds by name, group and key words, whatever the case', () => {
  expect(names('theme')).toEqual(['外观'])
  expect(names('成员')).toEqual(['成员', '团队'])
  expect(names('团队')).toEqual(['团队', '成员'])
})
it('wants every word', () => expect(names('成员 邀请')).toEqual(['成员']))
it('finds nothing where there is nothing', () => expect(names('工单')).toEqual([]))
