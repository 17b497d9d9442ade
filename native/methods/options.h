// What a method is made of.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/dictionary_reader.h"
#include "losses/options.h"
#include "models/backbone_spec.h"
#include "spectral/spec.h"

namespace rdm {

enum class MethodName { simsiam, byol, swav, dino, barlow, vicreg };

// The networks and losses of every method. Defaults are SimSiam's of main_simsiam.py.
struct MethodOptions {
  MethodName name = MethodName::simsiam;
  std::string arch = "resnet50";
  Stem stem;
  int64_t patch_size = 16, image_size = 224;  // of a Vision Transformer
  bool zero_init_residual = true;
  int64_t dim = 2048;                // projector output
  int64_t proj_hidden_dim = 0;       // hidden width of the projector; 0: the backbone's features
  int64_t pred_dim = 512;            // hidden width of the learnable predictor
  std::optional<FilterSpec> filter;  // none: the learnable predictor; DINO: centring and sharpening
  bool fix_pred_lr = false;          // SimSiam: the predictor's learning rate stays constant
  // BYOL, DINO: the target's momentum, at first and at last.
  double base_tau = 0.99, final_tau = 1.0;

  // SwAV, DINO
  int64_t prototypes = 3000;
  double temperature = 0.1;  // of the predictions
  int64_t frozen_prototypes_epochs = 1;

  SinkhornOptions sinkhorn;                      // SwAV
  int64_t queue_size = 0, queue_from_epoch = 0;  // SwAV: outputs of earlier steps, 0: none

  TeacherTemperature teacher_temperature;  // DINO
  double centre_momentum = 0.9;            // DINO
  bool learn_prototype_lengths = false;    // DINO

  CrossCorrelationOptions barlow;
  VicregWeights vicreg;

  BackboneSpec backbone() const { return {arch, stem, patch_size, image_size}; }

  // All but the backbone and the filter.
  void read(DictionaryReader& reader) {
    reader.read("method", name,
                {{"simsiam", MethodName::simsiam},
                 {"byol", MethodName::byol},
                 {"swav", MethodName::swav},
                 {"dino", MethodName::dino},
                 {"barlow", MethodName::barlow},
                 {"vicreg", MethodName::vicreg}});
    reader.read("zeroInitResidual", zero_init_residual);
    reader.positive("dim", dim);
    reader.read("projHiddenDim", proj_hidden_dim);
    reader.positive("predDim", pred_dim);
    reader.read("fixPredLr", fix_pred_lr);
    reader.read("baseTau", base_tau);
    reader.read("finalTau", final_tau);
    reader.positive("prototypes", prototypes);
    reader.read("temperature", temperature);
    reader.read("frozenPrototypesEpochs", frozen_prototypes_epochs);
    reader.read("sinkhornEpsilon", sinkhorn.epsilon);
    reader.read("sinkhornIterations", sinkhorn.iterations);
    reader.read("queueSize", queue_size);
    reader.read("queueFromEpoch", queue_from_epoch);
    reader.read("warmupTeacherTemperature", teacher_temperature.first);
    reader.read("teacherTemperature", teacher_temperature.last);
    reader.read("warmupTeacherTemperatureEpochs", teacher_temperature.epochs);
    reader.read("centreMomentum", centre_momentum);
    reader.read("learnPrototypeLengths", learn_prototype_lengths);
    reader.read("barlowLambda", barlow.off_diagonal);
    reader.read("barlowScale", barlow.scale);
    reader.read("invarianceWeight", vicreg.invariance);
    reader.read("varianceWeight", vicreg.variance);
    reader.read("covarianceWeight", vicreg.covariance);
  }
};

}  // namespace rdm
