#!/usr/bin/env bash
# ImageNet on one node with eight GPUs under Slurm, as in the paper: pretraining with a filter in place of the
# predictor, then the linear classifier on what it learned. SIGUSR1 comes two minutes before the time is up: all save
# and exit 138, and the job queues itself again; what is done is not done again.
#   sbatch examples/imagenet.sh /data/imagenet
# DRY_RUN=1 says what would run: DRY_RUN=1 examples/imagenet.sh /data/imagenet
#SBATCH --job-name=rdm-imagenet
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=8
#SBATCH --gpus-per-node=8
#SBATCH --cpus-per-task=12
#SBATCH --time=24:00:00
#SBATCH --signal=USR1@120
#SBATCH --requeue
set -u
data=${1:?the folder that holds train/CLASS and val/CLASS}
output=runs/${SLURM_JOB_ID:-imagenet}

# -b and -j are totals of the node. No kill on a bad exit: rank 0 saves while the others have ended.
run() {
  local line=(srun "--cpus-per-task=${SLURM_CPUS_PER_TASK:-12}" --kill-on-bad-exit=0
    node_modules/.bin/rdm "$@" -j 96 --resume auto)
  if [ -n "${DRY_RUN:-}" ]; then
    echo "${line[*]}"
    return
  fi
  "${line[@]}"
  local code=$?
  if [ "$code" = 138 ]; then exec scontrol requeue "$SLURM_JOB_ID"; fi
  if [ "$code" != 0 ]; then exit "$code"; fi
}

last=$output/checkpoint_0099.pth.tar
if [ ! -e "$last" ]; then
  run pretrain -a resnet50 -b 512 --epochs 100 --pred-type poly --pred-location online --sigma 2 \
    --precision bf16 --output "$output" "$data"
fi
run lincls --pretrained "$last" -b 4096 --lr 0.1 --lars --epochs 90 --output "$output/linear" "$data"
