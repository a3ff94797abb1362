export interface Findable { label: string; groupLabel: string; wordsText: string }

/** Pages that hold every word of the question somewhere in their name, group or key words; those found by name come first. */
export function findSettings<T extends Findable>(pages: readonly T[], question: string): T[] {
  const words = question.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean)
  if (!words.length) return [...pages]
  const byName = (page: T) => words.every(word => page.label.toLocaleLowerCase().includes(word))
  return pages
    .filter(page => words.every(word => `${page.label} ${page.groupLabel} ${page.wordsText}`.toLocaleLowerCase().includes(word)))
    .sort((a, b) => Number(byName(b)) - Number(byName(a)))
}
