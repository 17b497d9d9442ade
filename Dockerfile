# rdm on a slim Debian, as a user without rights. The addon is built in the first stage and installed in the second, as
# npm would from its registry; LibTorch comes from pip, without Python.
#   docker build -t rdm .
#   docker build -t rdm:cuda --build-arg TORCH_INDEX=https://download.pytorch.org/whl/cu130 .
#   docker run --rm -v "$PWD:/work" rdm data synthesize images
#   docker run --rm --gpus all --shm-size 1g -v /data:/data:ro -v "$PWD:/work" rdm:cuda pretrain /data/imagenet
ARG NODE=22-bookworm

FROM node:${NODE} AS build
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
WORKDIR /rdm
COPY package.json package-lock.json ./
COPY scripts/setup scripts/setup
ENV PIP_INDEX_URL=${TORCH_INDEX} PIP_EXTRA_INDEX_URL=https://pypi.org/simple PIP_NO_CACHE_DIR=1
RUN apt-get update && scripts/setup system libtorch && rm -rf /var/lib/apt/lists/*
COPY . .
RUN scripts/prebuilt/pack /packages
# The libraries, and of a CUDA build those that its wheels have beside it.
RUN mkdir -p /libtorch/torch \
  && cp -a .libtorch/torch/lib .libtorch/torch/version.py /libtorch/torch/ \
  && if [ -d .libtorch/nvidia ]; then cp -a .libtorch/nvidia /libtorch/; fi

FROM node:${NODE}-slim
COPY --from=build /libtorch /opt/libtorch
RUN --mount=type=bind,from=build,source=/packages,target=/packages \
  npm install --global --no-audit --no-fund /packages/*.tgz && npm cache clean --force
ENV LIBTORCH=/opt/libtorch/torch \
  NVIDIA_VISIBLE_DEVICES=all \
  NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER 1000
WORKDIR /work
ENTRYPOINT ["rdm"]
CMD ["--help"]
