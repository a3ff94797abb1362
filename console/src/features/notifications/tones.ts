import type { Tone } from '@/features/identity'

/** Hertz, start and length in seconds: sounds without a file, so nothing has to be fetched when it matters. */
const notes: Record<Tone, readonly (readonly [number, number, number])[]> = {
  chime: [[880, 0, 0.35], [1174.7, 0.12, 0.5]],
  drop: [[660, 0, 0.12], [440, 0.1, 0.25]],
  bell: [[987.8, 0, 0.9], [1975.5, 0, 0.4]],
}

let context: AudioContext | null = null

/** Browsers play nothing before the page was used: called at the first click or key. */
export function unlockSound() {
  context ??= new AudioContext()
  if (context.state === 'suspended') void context.resume().catch(() => undefined)
}

/** False when the browser does not let us. */
export async function playTone(tone: Tone, volume: number): Promise<boolean> {
  if (volume <= 0) return true
  try {
    context ??= new AudioContext()
    if (context.state === 'suspended') await Promise.race([context.resume(), new Promise(resolve => setTimeout(resolve, 300))])
    if (context.state !== 'running') return false
    for (const [hertz, start, length] of notes[tone]) {
      const [from, until] = [context.currentTime + start, context.currentTime + start + length]
      const [voice, gain] = [context.createOscillator(), context.createGain()]
      voice.frequency.value = hertz
      gain.gain.setValueAtTime(0, from)
      gain.gain.linearRampToValueAtTime((volume / 100) * 0.4, from + 0.01)
      gain.gain.exponentialRampToValueAtTime(0.0001, until)
      voice.connect(gain).connect(context.destination)
      voice.start(from)
      voice.stop(until)
    }
    return true
  } catch {
    return false
  }
}
