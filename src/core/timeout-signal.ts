/** A signal that fires after so many milliseconds. Node's own throws for what is left of a budget: it takes whole numbers. */
export function timeoutSignal(ms: number): AbortSignal {
  return AbortSignal.timeout(Math.max(0, Math.ceil(ms)));
}
