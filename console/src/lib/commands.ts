import { onScopeDispose, shallowReactive } from 'vue'

/** Something that can be done from where one is; the command bar lists it (`Mod+k`). */
export interface Command {
  id: string
  label: string
  /** Other words by which it is found. */
  words?: string
  keys?: string
  /** Where it stands in the bar: what concerns the open conversation comes first. */
  place: 'conversation' | 'view' | 'page' | 'other'
  run: () => void
}

const sources = shallowReactive(new Set<() => readonly Command[]>())

/** Offers commands as long as the component lives. */
export function useCommands(commands: () => readonly Command[]) {
  sources.add(commands)
  onScopeDispose(() => sources.delete(commands))
}

export const allCommands = (): Command[] => [...sources].flatMap(commands => commands())

const places = ['conversation', 'view', 'page', 'other'] as const

/** Those that hold every word, in their name, its initials or other words; names that begin with it first. */
export function findCommands(commands: readonly Command[], question: string): Command[] {
  const words = question.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean)
  const place = (command: Command) => places.indexOf(command.place)
  const rank = (command: Command) => {
    const label = command.label.toLocaleLowerCase()
    if (words.every(word => label.startsWith(word))) return 0
    return words.every(word => label.includes(word)) ? 1 : words.every(word => `${label} ${command.words ?? ''}`.toLocaleLowerCase().includes(word)) ? 2 : 3
  }
  return commands.map(command => ({ command, rank: rank(command) })).filter(one => one.rank < 3)
    .sort((a, b) => (words.length ? a.rank - b.rank : 0) || place(a.command) - place(b.command)).map(one => one.command)
}
