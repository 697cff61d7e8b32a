// The shim over the vendor's C++ runtime: compiled on the target against the headers that are installed there, because
// neither their classes nor the C++ library's have a stable binary interface. C++14 suffices.

#include "emo_qbruntime_shim.h"

#include <qbruntime/qbruntime.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

static_assert(sizeof(emo_qb_error) == 512, "the interface's structures have no padding");
static_assert(sizeof(emo_qb_tensor) == 8 + 8 * EMO_QB_MAX_RANK, "the interface's structures have no padding");
static_assert(sizeof(emo_qb_config) == 32 + 3 * sizeof(void *), "the interface's structures have no padding");

namespace {

using mobilint::Accelerator;
using mobilint::Cluster;
using mobilint::Core;
using mobilint::CoreId;
using mobilint::Model;
using mobilint::ModelConfig;
using mobilint::NDArray;
using mobilint::StatusCode;

using Shape = std::vector<int64_t>;

// What a function of the interface ends with: never crosses it.
struct Failure {
    int32_t code;
    std::string text;
};

void require(bool holds, int32_t code, const char *text) {
    if (!holds) {
        throw Failure{code, text};
    }
}

void check(StatusCode status, const char *what) {
    const int32_t code = static_cast<int32_t>(status);
    if (code != 0) {
        // A negative status is none of the vendor's, and would be mistaken for one of ours.
        throw Failure{code > 0 ? code : EMO_QB_MISMATCH, what};
    }
}

int32_t report(emo_qb_error *error, int32_t code, const char *text) noexcept {
    if (error != nullptr) {
        error->code = code;
        std::snprintf(error->text, sizeof(error->text), "%s", text);
    }
    return code;
}

template <class Body>
int32_t guard(emo_qb_error *error, Body body) noexcept {
    try {
        body();
        return report(error, 0, "");
    } catch (const Failure &failure) {
        return report(error, failure.code, failure.text.c_str());
    } catch (const std::exception &exception) {
        return report(error, EMO_QB_EXCEPTION, exception.what());
    } catch (...) {
        return report(error, EMO_QB_EXCEPTION, "an exception that is no std::exception");
    }
}

// Functions that not every version of the headers has: the overload with `int` is taken where it compiles.

template <class A>
auto create_named(const std::string &target, int number, StatusCode &status, int)
    -> decltype(A::create(target, number, status)) {
    return A::create(target, number, status);
}

template <class A>
std::unique_ptr<A> create_named(const std::string &target, int number, StatusCode &status, long) {
    require(target == "aries" || target == "aries-rb", EMO_QB_UNSUPPORTED,
            "this runtime opens no device by name, but an ARIES by its number");
    return A::create(number, status);
}

template <class C>
auto set_auto(C &config, int) -> decltype(config.setAutoCoreMode(), void()) {
    config.setAutoCoreMode();
}

// Older ones have no such mode; their default stays.
template <class C>
void set_auto(C &, long) {}

std::unique_ptr<Accelerator> create_accelerator(const std::string &target, int number) {
    StatusCode status{};
    std::unique_ptr<Accelerator> accelerator;
    if (!target.empty()) {
        accelerator = create_named<Accelerator>(target, number, status, 0);
    } else if (number == 0) {
        accelerator = Accelerator::create(status);
    } else {
        accelerator = Accelerator::create(number, status);
    }
    check(status, "opening the device");
    require(accelerator != nullptr, EMO_QB_MISMATCH, "opening the device gave none");
    return accelerator;
}

// Sessions on one device share it, as the runtime wants.
std::shared_ptr<Accelerator> accelerator(const std::string &target, int number) {
    static std::mutex mutex;
    static std::map<std::pair<std::string, int>, std::weak_ptr<Accelerator>> opened;
    std::lock_guard<std::mutex> lock(mutex);
    std::weak_ptr<Accelerator> &slot = opened[{target, number}];
    std::shared_ptr<Accelerator> shared = slot.lock();
    if (!shared) {
        shared = create_accelerator(target, number);
        slot = shared;
    }
    return shared;
}

Cluster cluster(uint32_t number) {
    require(number < 2, EMO_QB_ARGUMENT, "there are clusters 0 and 1");
    return number == 0 ? Cluster::Cluster0 : Cluster::Cluster1;
}

Core core(uint32_t number) {
    static const Core cores[] = {Core::Core0, Core::Core1, Core::Core2, Core::Core3};
    return cores[number % 4];
}

ModelConfig model_config(const emo_qb_config &config) {
    require(config.n_cores == 0 || config.cores != nullptr, EMO_QB_ARGUMENT, "cores are counted but not given");
    ModelConfig model;
    std::vector<CoreId> cores;
    std::vector<Cluster> clusters;
    for (uint32_t i = 0; i < config.n_cores; ++i) {
        const uint32_t number = config.cores[i];
        if (config.mode == EMO_QB_SINGLE) {
            CoreId id;
            id.cluster = cluster(number / 4);
            id.core = core(number);
            cores.push_back(id);
        } else {
            clusters.push_back(cluster(number));
        }
    }
    bool is_set = true;
    switch (config.mode) {
    case EMO_QB_AUTO:
        set_auto(model, 0);
        break;
    case EMO_QB_SINGLE:
        is_set = model.setSingleCoreMode(cores);
        break;
    case EMO_QB_MULTI:
        is_set = model.setMultiCoreMode(clusters);
        break;
    case EMO_QB_GLOBAL4:
        is_set = model.setGlobal4CoreMode(clusters);
        break;
    case EMO_QB_GLOBAL8:
        is_set = model.setGlobal8CoreMode();
        break;
    default:
        throw Failure{EMO_QB_ARGUMENT, "the core mode is none of emo_qb_mode"};
    }
    require(is_set, EMO_QB_MODE, "the runtime refuses these cores for this core mode");
    return model;
}

struct Tensor {
    Shape shape;
    uint64_t bytes;
};

uint64_t bytes_of(const Shape &shape, uint64_t element_bytes) {
    uint64_t bytes = element_bytes;
    for (const int64_t length : shape) {
        const uint64_t n = static_cast<uint64_t>(length);
        require(length > 0 && bytes <= UINT64_MAX / n, EMO_QB_MISMATCH, "the model has a shape with no size");
        bytes *= n;
    }
    return bytes;
}

} // namespace

struct emo_qb_session {
    // The model goes before the device that it is on.
    std::shared_ptr<Accelerator> device;
    std::unique_ptr<Model> model;
    uint32_t kind;
    uint32_t layout;
    std::vector<Tensor> inputs;
    std::vector<Tensor> outputs;
    // What the runtime wrote into in the last run, for it to use again.
    std::vector<NDArray<float>> floats;
    std::vector<NDArray<int8_t>> bytes;

    bool is_float_out() const { return kind != EMO_QB_I8; }
    const std::vector<Tensor> &tensors(uint32_t role) const {
        require(role == EMO_QB_INPUT || role == EMO_QB_OUTPUT, EMO_QB_ARGUMENT, "the role is none of emo_qb_role");
        return role == EMO_QB_INPUT ? inputs : outputs;
    }
};

namespace {

// The runtime tells height, width and channels; the session's layout may be another, and may have a batch.
template <class Shapes>
std::vector<Tensor> tensors(const Shapes &shapes, const emo_qb_config &config, uint64_t element_bytes) {
    std::vector<Tensor> described;
    for (const auto &told : shapes) {
        Shape shape(told.begin(), told.end());
        if (config.layout == EMO_QB_CHW && shape.size() >= 3) {
            const auto last = shape.end() - 1;
            const int64_t channels = *last;
            shape.erase(last);
            shape.insert(shape.end() - 2, channels);
        }
        if (config.batch != 0) {
            shape.insert(shape.begin(), static_cast<int64_t>(config.batch));
        }
        require(shape.size() <= EMO_QB_MAX_RANK, EMO_QB_MISMATCH, "the model has a shape of too many axes");
        const uint64_t bytes = bytes_of(shape, element_bytes);
        described.push_back(Tensor{std::move(shape), bytes});
    }
    return described;
}

std::unique_ptr<emo_qb_session> open(const emo_qb_config &config) {
    require(config.size == sizeof(emo_qb_config), EMO_QB_ARGUMENT, "emo_qb_config has another size");
    require(config.model != nullptr, EMO_QB_ARGUMENT, "there is no path");
    require(config.kind <= EMO_QB_I8_TO_F32, EMO_QB_ARGUMENT, "the kind is none of emo_qb_kind");
    require(config.layout <= EMO_QB_CHW, EMO_QB_ARGUMENT, "the layout is none of emo_qb_layout");

    auto session = std::unique_ptr<emo_qb_session>(new emo_qb_session());
    session->kind = config.kind;
    session->layout = config.layout;
    StatusCode status{};
    // Reading needs no device, so that a bad file is called bad on a machine without one.
    session->model = Model::create(config.model, model_config(config), status);
    check(status, "reading the model");
    require(session->model != nullptr, EMO_QB_MISMATCH, "reading the model gave none");
    session->device = accelerator(config.target == nullptr ? "" : config.target, config.number);
    check(session->model->launch(*session->device), "loading the model onto the device");

    const uint64_t in = config.kind == EMO_QB_F32 ? sizeof(float) : 1;
    const uint64_t out = config.kind == EMO_QB_I8 ? 1 : sizeof(float);
    session->inputs = tensors(session->model->getModelInputShape(), config, in);
    session->outputs = tensors(session->model->getModelOutputShape(), config, out);
    return session;
}

// The caller's arrays without a copy; the runtime only reads them.
template <class T>
std::vector<NDArray<T>> borrow(const std::vector<Tensor> &described, const void *const *inputs) {
    std::vector<NDArray<T>> arrays;
    arrays.reserve(described.size());
    for (size_t i = 0; i < described.size(); ++i) {
        T *elements = static_cast<T *>(const_cast<void *>(inputs[i]));
        arrays.push_back(NDArray<T>(elements, described[i].shape));
    }
    return arrays;
}

template <class T, class U>
StatusCode infer(emo_qb_session &session, const std::vector<NDArray<T>> &inputs, std::vector<NDArray<U>> &outputs) {
    return session.layout == EMO_QB_CHW ? session.model->inferCHW(inputs, outputs)
                                        : session.model->infer(inputs, outputs);
}

StatusCode infer_to_float(emo_qb_session &session, const std::vector<NDArray<int8_t>> &inputs) {
    StatusCode status{};
    session.floats = session.layout == EMO_QB_CHW ? session.model->inferCHWToFloat(inputs, status)
                                                  : session.model->inferToFloat(inputs, status);
    return status;
}

StatusCode run(emo_qb_session &session, const void *const *inputs) {
    switch (session.kind) {
    case EMO_QB_F32:
        return infer(session, borrow<float>(session.inputs, inputs), session.floats);
    case EMO_QB_U8:
        return infer(session, borrow<uint8_t>(session.inputs, inputs), session.floats);
    case EMO_QB_I8:
        return infer(session, borrow<int8_t>(session.inputs, inputs), session.bytes);
    default:
        return infer_to_float(session, borrow<int8_t>(session.inputs, inputs));
    }
}

template <class U>
void hand_out(const std::vector<NDArray<U>> &arrays, const std::vector<Tensor> &described, void *const *outputs) {
    require(arrays.size() == described.size(), EMO_QB_MISMATCH, "the runtime gave another number of outputs");
    for (size_t i = 0; i < described.size(); ++i) {
        const uint64_t bytes = static_cast<uint64_t>(arrays[i].size()) * sizeof(U);
        require(bytes == described[i].bytes, EMO_QB_MISMATCH, "the runtime gave an output of another size");
        std::memcpy(outputs[i], arrays[i].data(), bytes);
    }
}

void check_lengths(const std::vector<Tensor> &described, bool is_given, const uint64_t *bytes, uint64_t n) {
    require(n == described.size(), EMO_QB_ARGUMENT, "another number of tensors than the model has");
    require(n == 0 || (is_given && bytes != nullptr), EMO_QB_ARGUMENT, "tensors are counted but not given");
    for (size_t i = 0; i < described.size(); ++i) {
        require(bytes[i] == described[i].bytes, EMO_QB_ARGUMENT, "a tensor has another length than the model's");
    }
}

} // namespace

#if defined(_WIN32)
#define EMO_QB_EXPORT __declspec(dllexport)
#else
#define EMO_QB_EXPORT __attribute__((visibility("default")))
#endif

extern "C" {

EMO_QB_EXPORT uint32_t emo_qb_abi_version(void) { return EMO_QB_ABI_VERSION; }

EMO_QB_EXPORT int32_t emo_qb_runtime_version(char *text, uint64_t capacity, emo_qb_error *error) {
    return guard(error, [&] {
        require(text != nullptr && capacity != 0, EMO_QB_ARGUMENT, "there is no room for the version");
        std::snprintf(text, capacity, "%s", mobilint::getQbRuntimeVersion().c_str());
    });
}

EMO_QB_EXPORT int32_t emo_qb_probe(const char *target, int32_t number, emo_qb_error *error) {
    return guard(error, [&] { accelerator(target == nullptr ? "" : target, number); });
}

EMO_QB_EXPORT int32_t emo_qb_open(const emo_qb_config *config, emo_qb_session **session, emo_qb_error *error) {
    return guard(error, [&] {
        require(session != nullptr, EMO_QB_ARGUMENT, "there is no place for the session");
        *session = nullptr;
        require(config != nullptr, EMO_QB_ARGUMENT, "there is no configuration");
        *session = open(*config).release();
    });
}

EMO_QB_EXPORT void emo_qb_close(emo_qb_session *session) {
    guard(nullptr, [&] {
        std::unique_ptr<emo_qb_session> owned(session);
        if (owned) {
            owned->model->dispose();
        }
    });
}

EMO_QB_EXPORT int32_t emo_qb_count(const emo_qb_session *session, uint32_t role, uint64_t *count,
                                   emo_qb_error *error) {
    return guard(error, [&] {
        require(session != nullptr && count != nullptr, EMO_QB_ARGUMENT, "a pointer is null");
        *count = session->tensors(role).size();
    });
}

EMO_QB_EXPORT int32_t emo_qb_describe(const emo_qb_session *session, uint32_t role, uint64_t index,
                                      emo_qb_tensor *tensor, emo_qb_error *error) {
    return guard(error, [&] {
        require(session != nullptr && tensor != nullptr, EMO_QB_ARGUMENT, "a pointer is null");
        const std::vector<Tensor> &all = session->tensors(role);
        require(index < all.size(), EMO_QB_ARGUMENT, "there is no such tensor");
        const Shape &shape = all[index].shape;
        *tensor = emo_qb_tensor{};
        tensor->rank = static_cast<uint32_t>(shape.size());
        std::copy(shape.begin(), shape.end(), tensor->shape);
        if (role == EMO_QB_OUTPUT) {
            tensor->element = session->is_float_out() ? EMO_QB_ELEMENT_F32 : EMO_QB_ELEMENT_I8;
        } else if (session->kind == EMO_QB_F32) {
            tensor->element = EMO_QB_ELEMENT_F32;
        } else {
            tensor->element = session->kind == EMO_QB_U8 ? EMO_QB_ELEMENT_U8 : EMO_QB_ELEMENT_I8;
        }
    });
}

EMO_QB_EXPORT int32_t emo_qb_infer(emo_qb_session *session, const void *const *inputs, const uint64_t *input_bytes,
                                   uint64_t n_inputs, void *const *outputs, const uint64_t *output_bytes,
                                   uint64_t n_outputs, emo_qb_error *error) {
    return guard(error, [&] {
        require(session != nullptr, EMO_QB_ARGUMENT, "there is no session");
        check_lengths(session->inputs, inputs != nullptr, input_bytes, n_inputs);
        check_lengths(session->outputs, outputs != nullptr, output_bytes, n_outputs);
        check(run(*session, inputs), "running the model");
        if (session->is_float_out()) {
            hand_out(session->floats, session->outputs, outputs);
        } else {
            hand_out(session->bytes, session->outputs, outputs);
        }
    });
}

} // extern "C"
