// The most used of the words that the server refuses; it knows some thousands more (PasswordRules).
const words = new Set('password passw0rd qwerty qwertyuiop qwerty123 asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc 1q2w3e 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc admin administrator root user test guest login welcome letmein master secret changeme default iloveyou sunshine princess football baseball monkey dragon shadow superman batman trustno1 abc123 a123456 aa123456 woaini woaini1314 5201314 company server queqiao'.split(' '))

const folded = (text: string) => text.replaceAll(' ', '').normalize('NFKC').toLowerCase()
const unleet = (text: string) => text.replace(/[01!34@5$7]/g, sign => ({ 0: 'o', 1: 'i', '!': 'i', 3: 'e', 4: 'a', '@': 'a', 5: 's', $: 's', 7: 't' })[sign] ?? sign)
const follows = (a: string, b: string) => b.charCodeAt(0) === a.charCodeAt(0) + 1 || (a === '9' && b === '0')

const around = /^[\d.,;:!?*+\-_=#@$%&/()'"~^]+|[\d.,;:!?*+\-_=#@$%&/()'"~^]+$/g
const behind = /[.,;:!?*+\-_=#@$%&/()'"~^]+$/

/** A word of the list, also twice, with digits and signs around it. */
const isWord = (text: string) => [text, text.replace(around, ''), text.replace(behind, '')].some(core => {
  const half = core.slice(0, core.length / 2)
  return [core, unleet(core), ...(core === half + half ? [half, unleet(half)] : [])].some(one => words.has(one))
})
const isRepetition = (text: string) => [1, 2, 3, 4, 5, 6].some(unit => text === text.slice(0, unit).repeat(Math.ceil(text.length / unit)).slice(0, text.length))
const isRun = (text: string) => {
  const pairs = [...text.slice(1)].map((letter, i) => [text[i]!, letter] as const)
  return pairs.every(([a, b]) => follows(a, b)) || pairs.every(([a, b]) => follows(b, a))
}

/**
 * 0 nothing, 1 too weak, 2 good, 3 strong. A guide, but never kinder than the server (PasswordRules): what that refuses is too weak
 * here. Length counts most, variety a little.
 */
export function passwordStrength(text: string, email = ''): 0 | 1 | 2 | 3 {
  if (!text) return 0
  const length = [...new Intl.Segmenter().segment(text)].length
  const name = email.split('@')[0]!.trim().toLowerCase()
  const lower = folded(text)
  if (length < 12 || length > 128 || (name.length >= 3 && text.toLowerCase().includes(name))) return 1
  if (isRepetition(lower) || isRun(lower) || isWord(lower) || new Set(lower).size < 5) return 1
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d]/u].filter(kind => kind.test(text)).length
  return length >= 16 || kinds >= 3 ? 3 : 2
}
