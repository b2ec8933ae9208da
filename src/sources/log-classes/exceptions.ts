/** How Python ends a traceback: the line with the exception, and what may follow it. */

/** Its name, and a message or none. */
export const exceptionLine = /^(?!(?:TRACE|DEBUG|INFO|WARNING|ERROR|CRITICAL):)[\p{L}_][\p{L}\p{N}_.<>]*(?::|$)/u;

/** Another traceback follows, of the same failure. */
export const chained =
  /^(?:During handling of the above exception, another exception occurred|The above exception was the direct cause of the following exception):\s*$/;

/** A line of another program or of the kernel ends a message, whatever its words. */
export const foreign =
  /^[\w./-]+: line \d+: |^thread '[^']*' .*panicked at|^terminate called|^Fatal Python error|error while loading shared libraries|^(?:Aborted|Killed|Segmentation fault|Bus error)\b/;

/** No failure but the end of a wait. */
export const cancelled =
  /^(?:asyncio\.(?:exceptions\.)?)?CancelledError\b|^KeyboardInterrupt\b|^GeneratorExit\b|^SystemExit: 0$/;

/** True for an exception that stands alone: printed by a program, or of a traceback whose beginning is not here. */
export function isLoneException(line: string): boolean {
  return /^(?:(?:[a-z_]\w*\.)+_?[A-Z]\w+|(?:[A-Z]\w*)?(?:Error|Exception|Timeout))(?:: |:?$)/.test(line);
}
