/** What can be done to the field that somebody writes in, whichever it is: the rich one, or the plain one where a channel shows no marks. */
export interface Field {
  focus: () => void
  hasFocus: () => boolean
  /** Puts words where the caret is, instead of so many letters before it. `marked`: they are written with marks (docs/formatted-text.md). */
  insert: (words: string, how?: { back?: number; marked?: boolean; toGap?: boolean }) => void
  /** The next place that nobody has filled in, or the first of all; false: there is none. */
  toGap: (step: 1 | -1, ofAll?: boolean) => boolean
  newLine: () => boolean
  put: (format: string) => void
  /** Where the selected words lead, and whether there are any. */
  link: () => { href: string | null; some: boolean }
  setLink: (href: string | null) => void
}
