// What a run returns, what a checkpoint holds, what the addon finds.
import type { Distance } from './choices.js';

export interface Summary {
  /** `stopped`: the signal was aborted, and a checkpoint was left. */
  outcome: 'done' | 'stopped';
  epoch: number;
  steps: number;
  checkpoint: string | null;
  loss: number | null;
  /** Percent; null where no classifier was validated. */
  top1: number | null;
  top5: number | null;
  bestTop1: number | null;
}

export interface KnnSummary {
  /** `stopped`: the signal was aborted, and there are no results. */
  outcome: 'done' | 'stopped';
  trainImages: number;
  valImages: number;
  results: KnnVote[];
}

/** One way of voting and what it got right, in percent. */
export interface KnnVote {
  k: number;
  /** Without effect on euclidean distances. */
  temperature: number;
  distance: Distance;
  top1: number;
  top5: number;
}

export interface CheckpointInfo {
  kind: 'simsiam' | 'byol' | 'lincls' | 'lightning' | 'torchvision' | 'other';
  /** As recorded, or told from the shapes. */
  arch: string | null;
  /** Epochs completed. */
  epoch: number | null;
  /** Percent. */
  bestAcc1: number | null;
  /** Tensors, elements and bytes of the state dict. */
  keys: number;
  parameters: number;
  bytes: number;
  tensors: { name: string; shape: number[]; dtype: string }[];
  /** The options of the run that wrote the file; null for a checkpoint of another program. */
  rdm: Record<string, unknown> | null;
}

export interface Environment {
  version: string;
  libtorch: string;
  threads: number;
  /** The widest vector instructions that LibTorch uses here. */
  cpu: string;
  cuda: { available: boolean; devices: number };
}
