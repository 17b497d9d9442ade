#!/usr/bin/env bash
# One GPU under Slurm. SIGUSR1 arrives two minutes before the time is up: rdm finishes the step, saves and
# exits 138; the job then queues itself again and goes on from there. Preempted (SIGTERM, 143) or killed, it
# goes on too, from its last checkpoint.
#   sbatch examples/slurm.sh /data/imagenet
#SBATCH --job-name=rdm
#SBATCH --gres=gpu:1
#SBATCH --cpus-per-task=16
#SBATCH --time=24:00:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
set -u
output=runs/$SLURM_JOB_ID
mkdir -p "$output"

node_modules/.bin/rdm pretrain -a resnet50 --pred-type poly --pred-location online --sigma 2 \
  --fix-pred-lr -b 256 -j "$SLURM_CPUS_PER_TASK" --precision bf16 \
  --output "$output" --resume auto --checkpoint-every 20m --keep 3 "$1" &
run=$!
trap 'kill -USR1 $run; wait $run; [ $? = 138 ] && scontrol requeue "$SLURM_JOB_ID"; exit' USR1
wait $run
