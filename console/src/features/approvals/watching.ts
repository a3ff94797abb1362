import type { Http } from '@/api/client'

const every = 60_000

/** Looks now and then whether somebody asks for a second person, and tells when there are more than before. */
export function watchApprovals(http: Http, tell: (toDecide: number) => void) {
  let last = 0
  const look = async () => {
    if (document.hidden) return
    try {
      const { toDecide } = await http.get<{ toDecide: number }>('/api/v1/approvals/counts')
      if (toDecide > last) tell(toDecide)
      last = toDecide
    } catch {
      // The next look will do: nothing is lost by it.
    }
  }
  void look()
  const timer = setInterval(() => void look(), every)
  return () => clearInterval(timer)
}
