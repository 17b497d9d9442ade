#!/usr/bin/env bash
# Two hosts by torchrun, a process a GPU. Run it on both, with the name of the first and the host's own number:
#   examples/torchrun.sh node0 0 -a resnet50 -b 512 --output /shared/run /data/imagenet    # on node0
#   examples/torchrun.sh node0 1 -a resnet50 -b 512 --output /shared/run /data/imagenet    # on the other
# GPUS: of each host (8). -b is the batch of one host.
set -euo pipefail
first=${1:?the name of the first host}
number=${2:?the number of this host: 0 or 1}
shift 2

exec torchrun --nnodes 2 --node-rank "$number" --nproc-per-node "${GPUS:-8}" \
  --master-addr "$first" --master-port 29500 \
  --no-python node_modules/.bin/rdm pretrain "$@"
