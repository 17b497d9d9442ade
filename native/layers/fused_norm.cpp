#include "layers/fused_norm.h"

#include <ATen/TensorIterator.h>
#include <torch/torch.h>

#include <algorithm>

#include "layers/norm_kernels.h"

namespace rdm {
namespace {

using torch::Tensor;

// Calls work(i) for all i below `count` on LibTorch's own threads: its iterator shares them out,
// whatever the threads that LibTorch was built with.
template <typename Work>
void in_parallel(int64_t count, Work work) {
  auto numbers = torch::arange(count, torch::kInt64);
  auto iterator = at::TensorIterator::nullary_op(numbers);
  iterator.for_each(
      [&](char** data, const int64_t* strides, int64_t n) {
        for (int64_t i = 0; i < n; ++i) {
          work(*reinterpret_cast<const int64_t*>(data[0] + i * strides[0]));
        }
      },
      /*grain_size=*/1);
}

// A batch as pieces of rows, each inside one view. How many depends on the size alone, so that sums
// over pieces do not depend on the number of threads.
struct Pieces {
  Pieces(const Tensor& x, int64_t views_)
      : views(views_), channels(x.size(1)), rows(x.numel() / channels / views) {
    constexpr int64_t kValues = 1 << 14, kMost = 32;  // of a piece, of a view
    of_view = std::clamp<int64_t>(rows * channels / kValues, 1, std::min(kMost, rows));
  }

  int64_t count() const { return views * of_view; }
  int64_t view(int64_t piece) const { return piece / of_view; }
  int64_t first(int64_t piece) const {
    return view(piece) * rows + rows * (piece % of_view) / of_view;
  }
  int64_t size(int64_t piece) const {
    const int64_t at = piece % of_view;
    return rows * (at + 1) / of_view - rows * at / of_view;
  }

  int64_t views, channels, rows, of_view;  // rows: of a view
};

// work(value of x's type), which names the type that the kernels know.
template <typename Work>
void with_type_of(const Tensor& x, Work work) {
  if (x.scalar_type() == torch::kFloat32) {
    work(float());
  } else {
    work(BFloat16());
  }
}

template <typename Value>
Value* values(const Tensor& x) {
  return x.defined() ? static_cast<Value*>(x.data_ptr()) : nullptr;
}

template <typename Value>
Value* values(const Tensor& x, int64_t first, int64_t channels) {
  return x.defined() ? values<Value>(x) + first * channels : nullptr;
}

Tensor like_rows(const Tensor& x) {
  return x.contiguous(torch::MemoryFormat::ChannelsLast);
}

Tensor scratch(at::IntArrayRef sizes, torch::ScalarType type) {
  return torch::empty(sizes, torch::TensorOptions(type));
}

// by.gain and by.offset (V, C).
Transform transform_of(const Tensor& gain, const Tensor& offset, bool relu, int64_t view) {
  const int64_t channels = gain.size(1);
  return {values<float>(gain, view, channels), values<float>(offset, view, channels), relu};
}

// What forward leaves to backward. y is there only with a shortcut, gain and offset are (V, C).
struct Kept {
  Tensor x, y, mean, scale, gain, offset;  // scale: 1/√(σ² + ε)
  bool relu;
};

template <typename Value>
Gradients<Value> gradients_of(const Kept& kept, const Tensor& dy, const Tensor& dz, int64_t first,
                              int64_t view) {
  const int64_t channels = kept.gain.size(1);
  return {values<Value>(dy, first, channels), values<Value>(kept.x, first, channels),
          values<Value>(kept.y, first, channels), values<Value>(dz, first, channels),
          transform_of(kept.gain, kept.offset, kept.relu, view)};
}

// parts: (2, pieces, C). Of the pieces of a view the first: (2, V, C).
Tensor of_first_pieces(const Tensor& parts, const Pieces& pieces) {
  return parts.view({2, pieces.views, pieces.of_view, pieces.channels}).select(/*dim=*/2, 0);
}

// Σ dz and Σ dz (x − μ) of each view, (2, V, C) in float64; writes dz where that is defined.
Tensor sums_of(const Kept& kept, const Tensor& dy, const Tensor& dz) {
  const Pieces pieces(kept.x, kept.gain.size(0));
  const int64_t channels = pieces.channels;
  const auto parts = scratch({2, pieces.count(), channels}, torch::kFloat64);
  const auto work = scratch({pieces.count(), 2 * channels}, torch::kFloat32);
  in_parallel(pieces.count(), [&](int64_t i) {
    with_type_of(kept.x, [&](auto type) {
      using Value = decltype(type);
      const auto of = gradients_of<Value>(kept, dy, dz, pieces.first(i), pieces.view(i));
      add_gradients(
          of, pieces.size(i), channels, values<float>(kept.mean, pieces.view(i), channels),
          values<double>(parts, i, channels), values<double>(parts, pieces.count() + i, channels),
          values<float>(work, i, 2 * channels));
    });
  });
  in_parallel(2 * pieces.views, [&](int64_t i) {
    for (int64_t piece = 1; piece < pieces.of_view; ++piece) {
      add_sums(values<double>(parts, i * pieces.of_view, channels),
               values<double>(parts, i * pieces.of_view + piece, channels), channels);
    }
  });
  return of_first_pieces(parts, pieces);
}

// sums: of all ranks, whose channels have `count` values.
Tensor input_gradient(const Kept& kept, const Tensor& dy, const Tensor& dz, const Tensor& sums,
                      double count) {
  const auto centre = sums[0] / count, slope = sums[1] * kept.scale.square() / count;
  const auto dx = torch::empty_like(kept.x);
  const Pieces pieces(kept.x, kept.gain.size(0));
  in_parallel(pieces.count(), [&](int64_t i) {
    with_type_of(kept.x, [&](auto type) {
      using Value = decltype(type);
      const int64_t first = pieces.first(i), view = pieces.view(i), channels = pieces.channels;
      const Derivative by{values<float>(centre, view, channels),
                          values<float>(kept.mean, view, channels),
                          values<float>(slope, view, channels)};
      differentiate(gradients_of<Value>(kept, dy, dz, first, view), pieces.size(i), channels, by,
                    values<Value>(dx, first, channels));
    });
  });
  return dx;
}

// As μ and σ² depend on the x of all ranks, so does each gradient:
//
//   dβ = Σ dz and dγ = Σ dz x̂, of this rank; the reducer averages them like all gradients
//   dx = γ r (dz − mean(dz) − x̂ mean(dz x̂)), where mean is over all ranks' values of a channel,
//        x̂ = (x − μ) r and r = 1/√(σ² + ε)
//
// and dz, dy where the ReLU passed it on, is the shortcut's. The means take one sum over the ranks.
struct FusedNorm : torch::autograd::Function<FusedNorm> {
  // group: the address of a Group, as autograd keeps numbers but no pointers.
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& input,
                        const std::optional<Tensor>& shortcut, const Tensor& weight,
                        const Tensor& bias, const Tensor& mean, const Tensor& variance, double eps,
                        bool relu, int64_t group) {
    const auto x = like_rows(input);
    const auto beside = shortcut ? like_rows(*shortcut) : Tensor();
    const auto scale = (variance + eps).rsqrt(), gain = weight * scale, offset = bias - mean * gain;
    const auto y = torch::empty_like(x);
    const Pieces pieces(x, mean.size(0));
    in_parallel(pieces.count(), [&](int64_t i) {
      with_type_of(x, [&](auto type) {
        using Value = decltype(type);
        const int64_t first = pieces.first(i), channels = pieces.channels;
        transform(values<Value>(x, first, channels), values<Value>(beside, first, channels),
                  pieces.size(i), channels, transform_of(gain, offset, relu, pieces.view(i)),
                  values<Value>(y, first, channels));
      });
    });
    const bool sees_y = relu && shortcut;
    context->save_for_backward({x, sees_y ? y : Tensor(), mean, scale, gain, offset});
    context->saved_data["relu"] = relu;
    context->saved_data["shortcut"] = shortcut.has_value();
    context->saved_data["group"] = group;
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Kept kept{saved[0],
                    saved[1],
                    saved[2],
                    saved[3],
                    saved[4],
                    saved[5],
                    context->saved_data["relu"].toBool()};
    auto* group = reinterpret_cast<Group*>(context->saved_data["group"].toInt());
    const auto dy = like_rows(gradients[0]);
    const auto dz = kept.y.defined() ? torch::empty_like(kept.x) : Tensor();
    const auto sums = sums_of(kept, dy, dz).to(torch::kFloat32);
    const auto dweight = (sums[1] * kept.scale).sum(/*dim=*/0), dbias = sums[0].sum(0);
    if (group) group->sum(sums);
    const double count = values_of_channel(kept.x, sums.size(1), group);
    const auto dx = input_gradient(kept, dy, dz, sums, count);
    const bool shortcut = context->saved_data["shortcut"].toBool();
    const auto dshortcut = dz.defined() ? dz : dy;
    return {dx, shortcut ? dshortcut : Tensor(), dweight, dbias, {}, {}, {}, {}, {}};
  }
};

}  // namespace

bool has_fused_norm(const Tensor& x) {
  const auto type = x.scalar_type();
  return x.is_cpu() && (type == torch::kFloat32 || type == torch::kBFloat16) && x.dim() == 4 &&
         x.is_contiguous(torch::MemoryFormat::ChannelsLast) && !x.is_contiguous();
}

BatchStatistics fused_statistics(const Tensor& x, int64_t views) {
  const Pieces pieces(x, views);
  const int64_t channels = pieces.channels;
  const auto parts = scratch({2, pieces.count(), channels}, torch::kFloat64);
  const auto work = scratch({pieces.count(), 2 * channels}, torch::kFloat32);
  in_parallel(pieces.count(), [&](int64_t i) {
    with_type_of(x, [&](auto type) {
      moments(values<decltype(type)>(x, pieces.first(i), channels), pieces.size(i), channels,
              values<double>(parts, i, channels),
              values<double>(parts, pieces.count() + i, channels),
              values<float>(work, i, 2 * channels));
    });
  });
  in_parallel(views, [&](int64_t view) {
    const int64_t first = view * pieces.of_view;
    double* const mean = values<double>(parts, first, channels);
    double* const spread = values<double>(parts, pieces.count() + first, channels);
    int64_t seen = pieces.size(first);
    for (int64_t i = first + 1; i < first + pieces.of_view; ++i) {
      merge_moments(mean, spread, seen, values<double>(parts, i, channels),
                    values<double>(parts, pieces.count() + i, channels), pieces.size(i), channels);
      seen += pieces.size(i);
    }
  });
  const auto moments_of_views = of_first_pieces(parts, pieces);
  const auto mean = moments_of_views[0];
  const auto variance = moments_of_views[1] / static_cast<double>(pieces.rows);
  return {mean.to(torch::kFloat32), variance.to(torch::kFloat32)};
}

Tensor fused_norm(const Tensor& x, const Tensor& shortcut, const Tensor& weight, const Tensor& bias,
                  const BatchStatistics& statistics, const NormSettings& settings) {
  const auto beside = shortcut.defined() ? std::optional(shortcut) : std::nullopt;
  return FusedNorm::apply(x, beside, weight, bias, statistics.mean, statistics.variance,
                          settings.eps, settings.relu, reinterpret_cast<int64_t>(settings.group));
}

}  // namespace rdm
