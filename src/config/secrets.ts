const words = /password|passwd|secret|token|api_?key|credential/i;

/** Whether a key has to do with a secret, be it the name of a file that holds one. */
export function isAboutSecret(key: string): boolean {
  return words.test(key);
}

/** Keys whose values are never shown; `…_file` keys name a file and are shown. */
export function isSecretKey(key: string): boolean {
  return words.test(key) && !/_file$/i.test(key);
}

/** An address without its user and password, and without the values of parameters that sound like secrets. */
export function maskAddress(text: string): string {
  return maskParameters(text.replace(/^(\w+:\/\/)[^/?#\s]*@/, '$1<secret>@'));
}

/** The same of what may be no good address: whatever stands before an @ is taken for a password. */
export function maskAnyAddress(text: string): string {
  return maskParameters(text.replace(/^(\w+:\/\/)?[^]*@/, '$1<secret>@'));
}

function maskParameters(text: string): string {
  return text.replace(/([?&][^=&#\s]*=)[^&#\s]*/g, (whole, name: string) =>
    words.test(name) ? `${name}<secret>` : whole,
  );
}
