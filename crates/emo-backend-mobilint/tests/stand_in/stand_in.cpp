// The stand-in's "model": for tests of the shim alone. A file is the eight bytes of an MXQ header, a number of bytes
// in decimal, a line end, and that many bytes of words:
//   input H W C …   output H W C …   status N   launch N   throw std|other   fewer   larger
// Output element o is o/4 + Σ weight(o, i) · x_i over all inputs' elements i in the order height, width, channel, with
// weight(o, i) = ((31 o + 7 i) mod 13 − 6) / 8.

#include <qbruntime/qbruntime.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace mobilint {

using Shape = std::vector<int64_t>;

std::string getQbRuntimeVersion() { return "1.5.0-stand-in"; }

ModelConfig::ModelConfig() { setAutoCoreMode(); }

bool ModelConfig::setAutoCoreMode() {
    std::strcpy(mWords.mode, "auto");
    mWords.cores = 0;
    return true;
}

bool ModelConfig::setSingleCoreMode(std::vector<CoreId> cores) {
    std::strcpy(mWords.mode, "single");
    mWords.cores = 0;
    for (const CoreId &id : cores) {
        const int bit = (static_cast<int>(id.cluster) >> 16) * 4 - 4 + static_cast<int>(id.core) - 1;
        mWords.cores |= 1u << bit;
    }
    return !cores.empty();
}

static uint64_t bits(const std::vector<Cluster> &clusters) {
    uint64_t bits = 0;
    for (Cluster cluster : clusters) {
        bits |= static_cast<uint64_t>(static_cast<int>(cluster) >> 16);
    }
    return bits;
}

bool ModelConfig::setMultiCoreMode(std::vector<Cluster> clusters) {
    std::strcpy(mWords.mode, "multi");
    mWords.cores = bits(clusters);
    return !clusters.empty();
}

bool ModelConfig::setGlobal4CoreMode(std::vector<Cluster> clusters) {
    std::strcpy(mWords.mode, "global4");
    mWords.cores = bits(clusters);
    return !clusters.empty();
}

bool ModelConfig::setGlobal8CoreMode() {
    std::strcpy(mWords.mode, "global8");
    mWords.cores = 0;
    return true;
}

// Two devices, each of them called aries-rb.
static std::unique_ptr<Accelerator> device(bool is_known, int number, StatusCode &status, Accelerator *(*make)()) {
    status = !is_known                   ? StatusCode::Acc_UnknownDevice
             : number < 0 || number >= 2 ? StatusCode::Acc_DeviceNotFound
                                         : StatusCode::OK;
    return std::unique_ptr<Accelerator>(status == StatusCode::OK ? make() : nullptr);
}

std::unique_ptr<Accelerator> Accelerator::create(StatusCode &status) { return create(0, status); }

std::unique_ptr<Accelerator> Accelerator::create(int number, StatusCode &status) {
    return device(true, number, status, [] { return new Accelerator(); });
}

#ifndef EMO_STAND_IN_BEFORE_1_4
std::unique_ptr<Accelerator> Accelerator::create(const std::string &name, int number, StatusCode &status) {
    return device(name == "aries-rb", number, status, [] { return new Accelerator(); });
}
#endif

Accelerator::~Accelerator() = default;

class ModelImpl {
public:
    std::vector<Shape> inputs;
    std::vector<Shape> outputs;
    StatusCode launch = StatusCode::OK;
    StatusCode status = StatusCode::OK;
    std::string thrown;
    std::string mode = "auto";
    uint64_t cores = 0;
    bool is_fewer = false;
    bool is_larger = false;
    bool is_launched = false;
};

static bool read(const std::string &path, ModelImpl &model) {
    std::ifstream file(path, std::ios::binary);
    std::string all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const size_t end = all.find('\n', 8);
    if (all.compare(0, 4, ".MXQ") != 0 || end == std::string::npos) {
        return false;
    }
    const std::string body = all.substr(end + 1);
    if (std::to_string(body.size()) != all.substr(8, end - 8)) {
        return false;
    }
    std::istringstream words(body);
    std::string word;
    Shape *shape = nullptr;
    while (words >> word) {
        int number = 0;
        if (word == "input" || word == "output") {
            std::vector<Shape> &shapes = word == "input" ? model.inputs : model.outputs;
            shapes.emplace_back();
            shape = &shapes.back();
        } else if (word == "status" && words >> number) {
            model.status = static_cast<StatusCode>(number);
        } else if (word == "launch" && words >> number) {
            model.launch = static_cast<StatusCode>(number);
        } else if (word == "mode") {
            words >> model.mode >> model.cores;
        } else if (word == "throw") {
            words >> model.thrown;
        } else if (word == "fewer") {
            model.is_fewer = true;
        } else if (word == "larger") {
            model.is_larger = true;
        } else if (shape != nullptr) {
            shape->push_back(std::stoll(word));
        }
    }
    return !model.outputs.empty();
}

std::unique_ptr<Model> Model::create(const std::string &path, const ModelConfig &config, StatusCode &status) {
    auto model = std::unique_ptr<Model>(new Model());
    model->mImpl.reset(new ModelImpl());
    if (!read(path, *model->mImpl)) {
        status = StatusCode::Model_FailedToLoadMXQ;
        return nullptr;
    }
    if (model->mImpl->mode != config.words().mode || model->mImpl->cores != config.words().cores) {
        status = StatusCode::Model_MXQAndModelConfigNotMatch;
        return nullptr;
    }
    status = StatusCode::OK;
    return model;
}

Model::~Model() = default;

StatusCode Model::launch(Accelerator &) {
    mImpl->is_launched = mImpl->launch == StatusCode::OK;
    return mImpl->launch;
}

StatusCode Model::dispose() {
    mImpl->is_launched = false;
    return StatusCode::OK;
}

const std::vector<Shape> &Model::getModelInputShape() const { return mImpl->inputs; }
const std::vector<Shape> &Model::getModelOutputShape() const { return mImpl->outputs; }

// Where element (h, w, c) of one sample lies: with the channels last or first.
static size_t at(const Shape &hwc, size_t i, bool is_chw) {
    if (!is_chw) {
        return i;
    }
    const size_t channels = hwc[2], area = hwc[0] * hwc[1];
    return i % channels * area + i / channels;
}

static size_t count(const Shape &shape) {
    size_t n = 1;
    for (int64_t length : shape) {
        n *= static_cast<size_t>(length);
    }
    return n;
}

template <class U> static U converted(float value);
template <> float converted(float value) { return value; }
template <> int8_t converted(float value) {
    return static_cast<int8_t>(std::fmax(-128.0f, std::fmin(127.0f, std::nearbyint(value))));
}

template <class T, class U>
static StatusCode compute(const ModelImpl &model, const std::vector<NDArray<T>> &inputs,
                          std::vector<NDArray<U>> &outputs, bool is_chw) {
    if (model.thrown == "std") {
        throw std::runtime_error("the stand-in was told to throw");
    }
    if (!model.thrown.empty()) {
        throw 42;
    }
    if (!model.is_launched) {
        return StatusCode::Model_NotLaunched;
    }
    if (model.status != StatusCode::OK) {
        return model.status;
    }
    if (inputs.size() != model.inputs.size()) {
        return StatusCode::Model_ShapeMismatched;
    }
    size_t batch = 1;
    for (size_t k = 0; k < inputs.size(); ++k) {
        Shape expected = model.inputs[k];
        if (is_chw) {
            expected = {expected[2], expected[0], expected[1]};
        }
        Shape shape = inputs[k].shape();
        if (shape.size() == expected.size() + 1) {
            batch = static_cast<size_t>(shape[0]);
            shape.erase(shape.begin());
        }
        if (shape != expected) {
            return StatusCode::Model_ShapeMismatched;
        }
    }
    outputs.clear();
    size_t first = 0;
    for (const Shape &hwc : model.outputs) {
        const size_t n = count(hwc);
        Shape shape = is_chw ? Shape{hwc[2], hwc[0], hwc[1]} : hwc;
        shape.insert(shape.begin(), static_cast<int64_t>(model.is_larger ? batch + 1 : batch));
        StatusCode status{};
        NDArray<U> array(shape, status);
        for (size_t b = 0; b < batch; ++b) {
            for (size_t o = 0; o < n; ++o) {
                float sum = static_cast<float>(first + o) / 4;
                size_t i = 0;
                for (size_t k = 0; k < inputs.size(); ++k) {
                    const size_t len = count(model.inputs[k]);
                    for (size_t j = 0; j < len; ++j, ++i) {
                        const int weight = static_cast<int>((31 * (first + o) + 7 * i) % 13) - 6;
                        const T x = inputs[k].data()[b * len + at(model.inputs[k], j, is_chw)];
                        sum += static_cast<float>(weight) / 8 * static_cast<float>(x);
                    }
                }
                array.data()[b * n + at(hwc, o, is_chw)] = converted<U>(sum);
            }
        }
        first += n;
        outputs.push_back(array);
    }
    if (model.is_fewer) {
        outputs.pop_back();
    }
    return StatusCode::OK;
}

StatusCode Model::infer(const std::vector<NDArray<float>> &inputs, std::vector<NDArray<float>> &outputs) {
    return compute(*mImpl, inputs, outputs, false);
}
StatusCode Model::inferCHW(const std::vector<NDArray<float>> &inputs, std::vector<NDArray<float>> &outputs) {
    return compute(*mImpl, inputs, outputs, true);
}
StatusCode Model::infer(const std::vector<NDArray<uint8_t>> &inputs, std::vector<NDArray<float>> &outputs) {
    return compute(*mImpl, inputs, outputs, false);
}
StatusCode Model::inferCHW(const std::vector<NDArray<uint8_t>> &inputs, std::vector<NDArray<float>> &outputs) {
    return compute(*mImpl, inputs, outputs, true);
}
StatusCode Model::infer(const std::vector<NDArray<int8_t>> &inputs, std::vector<NDArray<int8_t>> &outputs) {
    return compute(*mImpl, inputs, outputs, false);
}
StatusCode Model::inferCHW(const std::vector<NDArray<int8_t>> &inputs, std::vector<NDArray<int8_t>> &outputs) {
    return compute(*mImpl, inputs, outputs, true);
}
std::vector<NDArray<float>> Model::inferToFloat(const std::vector<NDArray<int8_t>> &inputs, StatusCode &status) {
    std::vector<NDArray<float>> outputs;
    status = compute(*mImpl, inputs, outputs, false);
    return outputs;
}
std::vector<NDArray<float>> Model::inferCHWToFloat(const std::vector<NDArray<int8_t>> &inputs,
                                                   StatusCode &status) {
    std::vector<NDArray<float>> outputs;
    status = compute(*mImpl, inputs, outputs, true);
    return outputs;
}

} // namespace mobilint
