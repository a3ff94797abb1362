import { describe, expect, it } from 'vitest'
import { passwordStrength } from './passwordStrength'

describe('the strength of a password', () => {
  it.each(['short', 'eleven_char', 'aaaaaaaaaaaaaaaa', 'abcabcabcabcabcabc', '12345678901234', 'abcdefghijklmnop', '210987654321', 'Password2024!!!!', 'P@ssw0rd12345678', 'passwordpassword', '1qaz2wsx3edc!', 'ｐａｓｓｗｏｒｄ１２３４', '11111111111112'])('calls %s too weak, as the server does', text => {
    expect(passwordStrength(text)).toBe(1)
  })
  it('knows the part of the address before the @', () => {
    expect(passwordStrength('chenxiao-loves-tea', 'ChenXiao@shop.example')).toBe(1)
    expect(passwordStrength('chenxiao-loves-tea', 'lin@shop.example')).toBe(3)
    expect(passwordStrength('al-quite-a-phrase', 'al@shop.example')).toBe(3)
  })
  it('values length more than variety', () => {
    expect(passwordStrength('')).toBe(0)
    expect(passwordStrength('greenteaboat')).toBe(2)
    expect(passwordStrength('Green7teaboat')).toBe(3)
    expect(passwordStrength('green tea boat rain')).toBe(3)
    expect(passwordStrength('床前明月光疑是地上霜举头')).toBe(2)
  })
})
