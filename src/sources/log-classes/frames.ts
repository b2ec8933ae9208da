/** What the frames of a traceback add to what its exception says: who was importing whom, and who read the settings. */
import { rankOf, verdictOn } from './rules.ts';
import type { Verdict } from './rules.ts';

export interface Frame {
  readonly file: string;
  readonly name: string;
}

export interface Frames {
  /** Function of the innermost frame. */
  innermost: string;
  modules: number;
  imported: boolean;
  environment: boolean;
  settings: boolean;
}

export function noFrames(): Frames {
  return { innermost: '', modules: 0, imported: false, environment: false, settings: false };
}

/** The frame that a line of a traceback names. */
export function frameIn(text: string): Frame | undefined {
  const match = text.startsWith('  File') ? frameLine.exec(text) : null;
  return match ? { file: match[1] ?? '', name: match[2] ?? '' } : undefined;
}

const frameLine = /^ {2}File "([^"]*)", line \d+(?:, in (.*))?$/;
const importers =
  /uvicorn\/importer\.py$|gunicorn\/(?:util|app\/wsgiapp)\.py$|^<frozen importlib|importlib\/__init__\.py$/;

export function noteFrame(frames: Frames, frame: Frame | undefined): void {
  if (!frame) return;
  const { file, name } = frame;
  frames.innermost = name;
  if (name === '<module>') frames.modules += 1;
  frames.imported ||= importers.test(file);
  frames.environment = name === '__getitem__' && /(?:\/os\.py|<frozen os>)$/.test(file);
  frames.settings ||= /\bpydantic_settings\/|pydantic\/env_settings\.py$/.test(file);
}

/** What an exception line says, and what the frames above it add. */
export function verdictsOn(text: string, frames: Frames): readonly Verdict[] {
  const said = verdictOn(text, 'exception');
  if (said && !said.vague) return [said];
  // os.environ['NAME'] of a name that is not set; settings that do not validate, whatever their class is called.
  if (frames.environment && text.startsWith('KeyError')) return [definite('config_invalid')];
  if (frames.settings && /\bValidationError\b|\bSettingsError\b/.test(text)) return [definite('config_invalid')];
  const isMissingModule = /^(?:ModuleNotFoundError|ImportError)\b/.test(text);
  const atLoad = frames.imported || frames.innermost === '<module>';
  if (isMissingModule) return [definite(atLoad ? 'app_load' : 'missing_dependency')];
  if (said) return [said];
  // Raised by a module's own code while it was imported by another.
  const isImporting = frames.imported || (frames.innermost === '<module>' && frames.modules > 1);
  return isImporting ? [{ rank: rankOf('app_load'), vague: true, family: undefined }] : [];
}

function definite(name: 'app_load' | 'missing_dependency' | 'config_invalid'): Verdict {
  return { rank: rankOf(name), vague: false, family: undefined };
}
