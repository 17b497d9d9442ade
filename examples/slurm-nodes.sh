#!/usr/bin/env bash
# Two nodes with four GPUs each under Slurm. srun starts a process a GPU, and its variables tell each its place.
# SIGUSR1 comes to all of them two minutes before the time is up: they save and exit 138; the job
# then queues itself again and goes on from there.
#   sbatch examples/slurm-nodes.sh /data/imagenet
#SBATCH --job-name=rdm
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=4
#SBATCH --gpus-per-node=4
#SBATCH --cpus-per-task=12
#SBATCH --time=24:00:00
#SBATCH --signal=USR1@120
#SBATCH --requeue
# Not --gpus-per-task: each process sees all GPUs of its node and takes its own.
set -u
output=runs/$SLURM_JOB_ID # on a file system that all nodes see
mkdir -p "$output"

# -b and -j are totals of a node. No kill on a bad exit: rank 0 saves while the others have ended.
srun --cpus-per-task="$SLURM_CPUS_PER_TASK" --kill-on-bad-exit=0 \
  node_modules/.bin/rdm pretrain -a resnet50 --pred-type poly --pred-location online --sigma 2 \
  --fix-pred-lr -b 256 -j 48 --precision bf16 --output "$output" --resume auto "$1"
code=$?

if [ "$code" = 138 ]; then exec scontrol requeue "$SLURM_JOB_ID"; fi
exit "$code"
