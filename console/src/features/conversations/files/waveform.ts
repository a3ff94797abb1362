/** Heights (0–1) of the bars that stand for a sound: the loudest moment in each stretch. */
export function peaksOf(samples: Float32Array, bars: number): number[] {
  const step = Math.max(1, Math.floor(samples.length / bars))
  const peaks = Array.from({ length: bars }, (_, bar) => {
    let most = 0
    for (let i = bar * step; i < Math.min(samples.length, (bar + 1) * step); i++) most = Math.max(most, Math.abs(samples[i]!))
    return most
  })
  const loudest = Math.max(...peaks, 0.01)
  return peaks.map(peak => Math.max(0.06, peak / loudest))
}

export const clockOf = (seconds: number) => (Number.isFinite(seconds) ? `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}` : '0:00')

/** What is larger is played and not drawn. */
const mostBytes = 12 * 1024 * 1024

/** Decodes a sound far enough to draw it; null when it cannot be. */
export async function loadPeaks(url: string, size: number, bars: number): Promise<number[] | null> {
  if (size > mostBytes || typeof OfflineAudioContext === 'undefined') return null
  try {
    const bytes = await (await fetch(url, { credentials: 'same-origin' })).arrayBuffer()
    const sound = await new OfflineAudioContext(1, 1, 8000).decodeAudioData(bytes)
    return peaksOf(sound.getChannelData(0), bars)
  } catch {
    return null
  }
}
