import { useSession } from '@/features/identity'
import { fillIn } from './canned'

/** Fills what is known into a canned reply: of the conversation (by the names that texts use), of oneself, of the firm. */
export function useFilled(about: () => Readonly<Record<string, string | null>>) {
  const session = useSession()
  return (body: string, say?: (value: string) => string) =>
    fillIn(body, { ...about(), 'agent.name': session.me?.name, 'workspace.name': session.session?.workspace.name }, say)
}
