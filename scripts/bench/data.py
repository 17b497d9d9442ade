"""Times a Python data path, for `npm run bench:data` to compare with: torchvision with Pillow in worker
processes, or DALI on the CPU. Prints one line of JSON.

    python3 scripts/bench/data.py torchvision simsiam DIR --threads 2 --seconds 5
"""

import argparse
import json
import random
import time

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
BATCH = {"cifar": 256}
VIEWS = {"simsiam": 2, "cifar": 2}


def torchvision_modules():
    """datasets and transforms of a torchvision beside a CPU build of PyTorch that was not made for it: its
    own operators are declared, but never called here."""
    import torch

    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    register_fake = torch.library.register_fake

    def tolerant(name, *args, **kwargs):
        def register(function):
            try:
                return register_fake(name, *args, **kwargs)(function)
            except RuntimeError:
                return function

        return register

    torch.library.register_fake = tolerant
    from torchvision import datasets, transforms

    return datasets, transforms


class Views:
    """The views of an image, as tensors."""

    def __init__(self, augmentation, transforms):
        from PIL import ImageFilter

        def blur(image):
            return image.filter(ImageFilter.GaussianBlur(radius=random.uniform(0.1, 2.0)))

        jitter = transforms.RandomApply([transforms.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8)
        bicubic = transforms.InterpolationMode.BICUBIC
        steps = {
            "simsiam": [
                transforms.RandomResizedCrop(224, scale=(0.2, 1.0)),
                jitter,
                transforms.RandomGrayscale(p=0.2),
                transforms.RandomApply([blur], p=0.5),
                transforms.RandomHorizontalFlip(),
            ],
            "cifar": [
                transforms.RandomResizedCrop(32, scale=(0.08, 1.0), interpolation=bicubic),
                jitter,
                transforms.RandomGrayscale(p=0.2),
                transforms.RandomHorizontalFlip(),
            ],
            "lincls": [transforms.RandomResizedCrop(224), transforms.RandomHorizontalFlip()],
            "val": [transforms.Resize(256), transforms.CenterCrop(224)],
        }
        end = [transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
        self.one = transforms.Compose(steps[augmentation] + end)
        self.count = VIEWS.get(augmentation, 1)

    def __call__(self, image):
        return [self.one(image) for _ in range(self.count)]


def torchvision_batches(augmentation, folder, threads):
    import torch

    datasets, transforms = torchvision_modules()
    dataset = datasets.ImageFolder(f"{folder}/train", Views(augmentation, transforms))
    sampler = torch.utils.data.RandomSampler(dataset, replacement=True, num_samples=10**7)
    loader = torch.utils.data.DataLoader(
        dataset, BATCH.get(augmentation, 50), sampler=sampler, num_workers=threads
    )
    for batch, _ in loader:
        yield len(batch[0])


def dali_batches(augmentation, folder, threads):
    from nvidia.dali import fn, pipeline_def, types

    size = 32 if augmentation == "cifar" else 224
    scale = (0.2, 1.0) if augmentation == "simsiam" else (0.08, 1.0)
    cubic = types.INTERP_CUBIC if augmentation == "cifar" else types.INTERP_LINEAR

    def around_one(spread, applied):
        return 1.0 + applied * fn.random.uniform(range=(-spread, spread))

    def normalise(images, mirror):
        return fn.crop_mirror_normalize(
            images,
            crop=(224, 224) if augmentation == "val" else None,
            mirror=mirror,
            mean=[255 * x for x in MEAN],
            std=[255 * x for x in STD],
            output_layout="HWC",
            dtype=types.FLOAT,
        )

    def flipped():
        return fn.random.coin_flip(probability=0.5)

    def view(images):
        images = fn.random_resized_crop(
            images, size=size, random_area=scale, interp_type=cubic, antialias=True
        )
        applied = fn.random.coin_flip(probability=0.8)
        images = fn.color_twist(
            images,
            brightness=around_one(0.4, applied),
            contrast=around_one(0.4, applied),
            saturation=around_one(0.4, applied),
            hue=applied * fn.random.uniform(range=(-36.0, 36.0)),
        )
        if fn.random.coin_flip(probability=0.2, dtype=types.BOOL):
            images = fn.saturation(images, saturation=0.0)
        if augmentation == "simsiam":
            if fn.random.coin_flip(probability=0.5, dtype=types.BOOL):
                images = fn.gaussian_blur(images, sigma=fn.random.uniform(range=(0.1, 2.0)))
        return normalise(images, flipped())

    @pipeline_def(enable_conditionals=True)
    def pipeline():
        files, _ = fn.readers.file(file_root=f"{folder}/train", random_shuffle=True)
        if augmentation == "val":
            images = fn.decoders.image(files, output_type=types.RGB)
            images = fn.resize(images, resize_shorter=256, antialias=True)
            return normalise(images, 0)
        if augmentation == "lincls":
            images = fn.decoders.image_random_crop(
                files, output_type=types.RGB, random_area=[0.08, 1.0]
            )
            images = fn.resize(images, size=(224, 224), antialias=True)
            return normalise(images, flipped())
        images = fn.decoders.image(files, output_type=types.RGB)
        return view(images), view(images)

    built = pipeline(batch_size=BATCH.get(augmentation, 50), num_threads=threads, device_id=None)
    built.build()
    while True:
        outputs = built.run()
        yield len(outputs[0])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=["torchvision", "dali"])
    parser.add_argument("augmentation", choices=["simsiam", "lincls", "val", "cifar"])
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5)
    args = parser.parse_args()
    make = torchvision_batches if args.peer == "torchvision" else dali_batches
    batches = make(args.augmentation, args.folder, args.threads)
    for _ in range(4):  # past the start of the workers and what they prepared meanwhile
        next(batches)
    begin, images = time.perf_counter(), 0
    while time.perf_counter() - begin < args.seconds:
        images += next(batches)
    taken = time.perf_counter() - begin
    print(json.dumps({"peer": args.peer, "imagesPerSecond": round(images / taken, 1)}))
    batches.close()  # ends the worker processes


if __name__ == "__main__":
    main()
