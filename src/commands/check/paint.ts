import { styleText } from 'node:util';

export type Colour = 'bold' | 'dim' | 'green' | 'red' | 'yellow';
export type Paint = (colour: Colour | readonly Colour[], text: string) => string;

/** Colours where the stream is a terminal that has them, and NO_COLOR and FORCE_COLOR do not say otherwise. */
export function createPaint(stream: NodeJS.WritableStream): Paint {
  return (colour, text) => styleText(colour as Colour, text, { stream });
}
