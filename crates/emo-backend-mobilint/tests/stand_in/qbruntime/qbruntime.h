// A stand-in of our own for the vendor's headers, for tests alone: the names and signatures that the shim uses, and
// nothing of how the vendor fills them. Never install it, and never compile the shim for a device against it.
#ifndef EMO_STAND_IN_QBRUNTIME_H
#define EMO_STAND_IN_QBRUNTIME_H

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mobilint {

enum class StatusCode {
    OK = 0,
    Model_FailedToLoadMXQ = 3,
    Model_NotLaunched = 9,
    Model_MXQAndModelConfigNotMatch = 16,
    Model_BrokenMXQ = 20,
    Model_ShapeMismatched = 21,
    Model_DtypeMismatched = 22,
    Acc_DeviceNotFound = 71,
    Acc_UnknownDevice = 73,
};

std::string getQbRuntimeVersion();

enum class Cluster : int32_t { Cluster0 = 1 << 16, Cluster1 = 2 << 16, Error = 0x7FFF0000 };
enum class Core : int32_t { Core0 = 1, Core1 = 2, Core2 = 3, Core3 = 4, Error = 0xFFFF };

struct CoreId {
    Cluster cluster = Cluster::Error;
    Core core = Core::Error;
};

class ModelConfig {
public:
    ModelConfig();
    bool setAutoCoreMode();
    bool setSingleCoreMode(std::vector<CoreId> cores);
    bool setMultiCoreMode(std::vector<Cluster> clusters);
    bool setGlobal4CoreMode(std::vector<Cluster> clusters);
    bool setGlobal8CoreMode();

    struct Words {
        char mode[8];
        uint64_t cores;
    };
    const Words &words() const { return mWords; }

private:
    Words mWords{};
    // The vendor's class has another size in each version. This is more than any, so that a test may run the shim,
    // compiled against this file, on the vendor's library.
    char mRoom[496] = {};
};

template <class T> class NDArray {
public:
    NDArray() = default;
    NDArray(const std::vector<int64_t> &shape, StatusCode &) : mShape(shape), mOwned(count()), mData(nullptr) {}
    NDArray(T *data, const std::vector<int64_t> &shape, bool = false) : mShape(shape), mData(data) {}
    T *data() const { return mData != nullptr ? mData : const_cast<T *>(mOwned.data()); }
    const std::vector<int64_t> &shape() const { return mShape; }
    int64_t size() const { return static_cast<int64_t>(count()); }

private:
    size_t count() const {
        size_t n = 1;
        for (int64_t length : mShape) {
            n *= static_cast<size_t>(length);
        }
        return n;
    }
    std::vector<int64_t> mShape;
    std::vector<T> mOwned;
    T *mData = nullptr;
};

class Accelerator {
public:
    static std::unique_ptr<Accelerator> create(StatusCode &status);
    static std::unique_ptr<Accelerator> create(int number, StatusCode &status);
    // What versions before 1.4 lack can be left out, to see the shim compile without it.
#ifndef EMO_STAND_IN_BEFORE_1_4
    static std::unique_ptr<Accelerator> create(const std::string &name, int number, StatusCode &status);
#endif
    ~Accelerator();

private:
    Accelerator() = default;
};

class ModelImpl;

class Model {
public:
    static std::unique_ptr<Model> create(const std::string &path, const ModelConfig &config, StatusCode &status);
    ~Model();
    StatusCode launch(Accelerator &device);
    StatusCode dispose();
    const std::vector<std::vector<int64_t>> &getModelInputShape() const;
    const std::vector<std::vector<int64_t>> &getModelOutputShape() const;

    StatusCode infer(const std::vector<NDArray<float>> &inputs, std::vector<NDArray<float>> &outputs);
    StatusCode inferCHW(const std::vector<NDArray<float>> &inputs, std::vector<NDArray<float>> &outputs);
    StatusCode infer(const std::vector<NDArray<uint8_t>> &inputs, std::vector<NDArray<float>> &outputs);
    StatusCode inferCHW(const std::vector<NDArray<uint8_t>> &inputs, std::vector<NDArray<float>> &outputs);
    StatusCode infer(const std::vector<NDArray<int8_t>> &inputs, std::vector<NDArray<int8_t>> &outputs);
    StatusCode inferCHW(const std::vector<NDArray<int8_t>> &inputs, std::vector<NDArray<int8_t>> &outputs);
    std::vector<NDArray<float>> inferToFloat(const std::vector<NDArray<int8_t>> &inputs, StatusCode &status);
    std::vector<NDArray<float>> inferCHWToFloat(const std::vector<NDArray<int8_t>> &inputs, StatusCode &status);

private:
    Model() = default;
    std::unique_ptr<ModelImpl> mImpl;
};

} // namespace mobilint

#endif
