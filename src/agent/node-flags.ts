/**
 * How Node.js is told to run the file agent: a flood of one log makes much garbage, and by default V8 lets it pile up to a
 * hundred megabytes before it looks. Measured to cost the classifier no time.
 */
export const agentNodeFlags: readonly string[] = ['--max-semi-space-size=2', '--optimize-for-size'];
