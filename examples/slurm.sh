#!/usr/bin/env bash
# One GPU under Slurm. SIGTERM arrives two minutes before the time is up: rdm finishes the step, saves
# checkpoint_stopped.pth.tar and exits 143; the job then queues itself again and goes on from there.
#   sbatch examples/slurm.sh /data/imagenet
#SBATCH --job-name=rdm
#SBATCH --gres=gpu:1
#SBATCH --cpus-per-task=16
#SBATCH --time=24:00:00
#SBATCH --signal=B:TERM@120
#SBATCH --requeue
set -u
output=runs/$SLURM_JOB_ID
mkdir -p "$output"

resume=()
latest=$(ls -t "$output"/checkpoint_*.pth.tar 2>/dev/null | head -1)
if [ -n "$latest" ]; then resume=(--resume "$latest"); fi

node_modules/.bin/rdm pretrain -a resnet50 --pred-type poly --pred-location online --sigma 2 \
  --fix-pred-lr -b 256 -j "$SLURM_CPUS_PER_TASK" --precision bf16 \
  --output "$output" "${resume[@]}" "$1" &
run=$!
trap 'kill -TERM $run; wait $run; [ $? = 143 ] && scontrol requeue "$SLURM_JOB_ID"; exit' TERM
wait $run
