/* The C interface of emo-fusion's shim over the vendor's C++ runtime for Mobilint NPUs.
 *
 * Every function but the first catches all exceptions and reports failures in two ways: it returns another value than
 * 0, and it fills `error`, if that is not null. Numbers have fixed widths and structures no implicit padding, so that
 * the other side needs no compiler to know them. A change of any of it is a change of EMO_QB_ABI_VERSION. */
#ifndef EMO_QBRUNTIME_SHIM_H
#define EMO_QBRUNTIME_SHIM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EMO_QB_ABI_VERSION 1u
#define EMO_QB_MAX_RANK 8u

/* Codes of `emo_qb_error` that are not the vendor's. */
#define EMO_QB_EXCEPTION (-1)   /* An exception was thrown. */
#define EMO_QB_ARGUMENT (-2)    /* An argument contradicts this file. */
#define EMO_QB_UNSUPPORTED (-3) /* The runtime that this was compiled against has no such function. */
#define EMO_QB_MISMATCH (-4)    /* The runtime's answer is not what the model's description says. */
#define EMO_QB_MODE (-5)        /* The runtime refuses the cores or the core mode. */

typedef struct emo_qb_error {
    int32_t code;   /* 0, one of the above, or the vendor's status, which is positive. */
    char text[508]; /* What was tried, ended by a NUL. */
} emo_qb_error;

enum emo_qb_mode { EMO_QB_AUTO = 0, EMO_QB_SINGLE = 1, EMO_QB_MULTI = 2, EMO_QB_GLOBAL4 = 3, EMO_QB_GLOBAL8 = 4 };
enum emo_qb_kind { EMO_QB_F32 = 0, EMO_QB_U8 = 1, EMO_QB_I8 = 2, EMO_QB_I8_TO_F32 = 3 };
enum emo_qb_layout { EMO_QB_HWC = 0, EMO_QB_CHW = 1 };
enum emo_qb_element { EMO_QB_ELEMENT_F32 = 0, EMO_QB_ELEMENT_U8 = 1, EMO_QB_ELEMENT_I8 = 2 };
enum emo_qb_role { EMO_QB_INPUT = 0, EMO_QB_OUTPUT = 1 };

typedef struct emo_qb_config {
    uint32_t size;         /* sizeof(emo_qb_config) */
    uint32_t mode;         /* enum emo_qb_mode */
    const char *model;     /* The file's path. */
    const char *target;    /* The device's name; null for whatever the machine has. */
    const uint32_t *cores; /* Single: 4 * cluster + core; Multi and Global4: clusters; null if there are none. */
    uint32_t n_cores;
    int32_t number; /* The device's number. */
    uint32_t kind;  /* enum emo_qb_kind: elements of the inputs, and whether those of the outputs are others. */
    uint32_t layout; /* enum emo_qb_layout, of inputs and outputs alike. */
    uint32_t batch;  /* How many at a time, in a leading axis; 0 for one without such an axis. */
    uint32_t reserved; /* 0 */
} emo_qb_config;

typedef struct emo_qb_tensor {
    uint32_t element; /* enum emo_qb_element */
    uint32_t rank;
    int64_t shape[EMO_QB_MAX_RANK]; /* In the session's layout, the batch first if there is one. */
} emo_qb_tensor;

typedef struct emo_qb_session emo_qb_session;

/* EMO_QB_ABI_VERSION as this library was compiled with it. */
uint32_t emo_qb_abi_version(void);

/* Writes the runtime's version, ended by a NUL; cut if `capacity` bytes do not hold it. */
int32_t emo_qb_runtime_version(char *text, uint64_t capacity, emo_qb_error *error);

/* Opens a device and lets go of it again. */
int32_t emo_qb_probe(const char *target, int32_t number, emo_qb_error *error);

/* Loads a model onto a device. `*session` is null after a failure; the caller closes it otherwise. */
int32_t emo_qb_open(const emo_qb_config *config, emo_qb_session **session, emo_qb_error *error);

/* Takes the model off its device. Null is allowed. */
void emo_qb_close(emo_qb_session *session);

/* How many tensors a session has in a role. */
int32_t emo_qb_count(const emo_qb_session *session, uint32_t role, uint64_t *count, emo_qb_error *error);

/* Describes one of them. */
int32_t emo_qb_describe(const emo_qb_session *session, uint32_t role, uint64_t index, emo_qb_tensor *tensor,
                        emo_qb_error *error);

/* Runs the model once. Each pointer is to the tensor's elements in row-major order, each length in bytes, and exactly
 * that of the description. Not for two threads at once on the same session. */
int32_t emo_qb_infer(emo_qb_session *session, const void *const *inputs, const uint64_t *input_bytes,
                     uint64_t n_inputs, void *const *outputs, const uint64_t *output_bytes, uint64_t n_outputs,
                     emo_qb_error *error);

#ifdef __cplusplus
}
#endif

#endif
