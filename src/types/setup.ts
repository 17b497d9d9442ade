// What rdm setup did.
export interface SetupSummary {
  /** `present`: one that fits was there already. */
  outcome: 'done' | 'present';
  /** The folder of LibTorch's lib/. */
  path: string;
  version: string;
}
