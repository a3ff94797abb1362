import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import en from '@/locales/en/roles.json'
import zh from '@/locales/zh-CN/roles.json'

it('has words for every permission that the server knows', () => {
  const source = readFileSync('../src/Queqiao.Server/Platform/Access/Actor.cs', 'utf8')
  const names = [...source.matchAll(/public const string \w+ = "([a-z_.]+)"/g)].map(match => match[1]!)
  expect(names.length).toBeGreaterThan(20)
  for (const words of [zh, en]) {
    expect(names.map(name => name.replace('.', '_')).filter(key => !(key in words.permission))).toEqual([])
    expect(names.map(name => name.split('.')[0]!).filter(key => !(key in words.resource))).toEqual([])
  }
})
