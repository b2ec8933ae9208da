import type { Logger } from '../../core/host.ts';

/** Says a thing when it begins and again only after it has changed; an empty text is the end of it. */
export interface Notes {
  warn(topic: string, text: string): void;
  info(topic: string, text: string): void;
}

export function createNotes(log: Logger): Notes {
  const said = new Map<string, string>();
  const tell =
    (level: 'warn' | 'info') =>
    (topic: string, text: string): void => {
      if ((said.get(topic) ?? '') === text) return;
      said.set(topic, text);
      if (text !== '') log[level](text);
    };
  return { warn: tell('warn'), info: tell('info') };
}
