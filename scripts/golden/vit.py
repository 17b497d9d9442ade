"""A small Vision Transformer of timm's: features, gradients, and the features of a smaller image."""

import timm
import torch
from timm.models.vision_transformer import VisionTransformer


def case():
    shape = {"img_size": 32, "patch_size": 4, "embed_dim": 48, "depth": 3, "num_heads": 3}
    network = VisionTransformer(**shape, num_classes=0, dynamic_img_size=True)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            norm = "norm" in name and name.endswith("weight")
            parameter.copy_(0.05 * torch.randn_like(parameter) + (1 if norm else 0))
    image = torch.randn(3, 3, 32, 32, requires_grad=True)
    output = network(image)
    weight = torch.randn_like(output)
    (output * weight).sum().backward()
    small = torch.randn(3, 3, 16, 16)
    tensors = {f"vit.{name}": parameter.detach() for name, parameter in network.named_parameters()}
    for name in ("blocks.1.attn.qkv.weight", "cls_token", "norm.weight", "patch_embed.proj.weight", "pos_embed"):
        tensors[f"vit_case.grad.{name}"] = network.get_parameter(name).grad
    with torch.no_grad():
        tensors |= {"vit_case.input": image.detach(), "vit_case.input_grad": image.grad,
                    "vit_case.output": output.detach(), "vit_case.output_weight": weight,
                    "vit_case.small_input": small, "vit_case.small_output": network(small)}
    return {**shape, "timm": timm.__version__}, tensors
