#![expect(unsafe_code, reason = "the functions of the shim")]

use std::{
    error::Error,
    ffi::{CStr, CString, c_char, c_void},
    fmt,
    os::unix::ffi::OsStrExt,
    path::Path,
    ptr::{self, NonNull},
    sync::Arc,
};

use emo_backend::emo_tensor::{ElementType, Tensor, TensorInfo, TensorView, TensorViewMut};
use libloading::Library;

use crate::{
    Cluster, Core, CoreMode, Device, Layout, MobilintError, ModelConfig, Status, Target, TensorType,
};

// What follows is `shim/emo_qbruntime_shim.h`.
const ABI_VERSION: u32 = 1;
const MAX_RANK: usize = 8;
const TEXT_LEN: usize = 508;
pub(super) const UNSUPPORTED: i32 = -3;
const MISMATCH: i32 = -4;
pub(super) const MODE: i32 = -5;
const INPUT: u32 = 0;
const OUTPUT: u32 = 1;

#[repr(C)]
struct RawError {
    code: i32,
    text: [u8; TEXT_LEN],
}

#[repr(C)]
struct RawConfig {
    size: u32,
    mode: u32,
    model: *const c_char,
    target: *const c_char,
    cores: *const u32,
    n_cores: u32,
    number: i32,
    kind: u32,
    layout: u32,
    batch: u32,
    reserved: u32,
}

#[repr(C)]
struct RawTensor {
    element: u32,
    rank: u32,
    shape: [i64; MAX_RANK],
}

const _: () = assert!(size_of::<RawError>() == 512);
const _: () = assert!(size_of::<RawTensor>() == 72);
const _: () = assert!(size_of::<RawConfig>() == 32 + 3 * size_of::<*const u8>());

type RawSession = c_void;

#[derive(Clone, Copy)]
struct Functions {
    runtime_version: unsafe extern "C" fn(*mut u8, u64, *mut RawError) -> i32,
    probe: unsafe extern "C" fn(*const c_char, i32, *mut RawError) -> i32,
    open: unsafe extern "C" fn(*const RawConfig, *mut *mut RawSession, *mut RawError) -> i32,
    close: unsafe extern "C" fn(*mut RawSession),
    count: unsafe extern "C" fn(*const RawSession, u32, *mut u64, *mut RawError) -> i32,
    describe:
        unsafe extern "C" fn(*const RawSession, u32, u64, *mut RawTensor, *mut RawError) -> i32,
    infer: unsafe extern "C" fn(
        *mut RawSession,
        *const *const c_void,
        *const u64,
        u64,
        *const *mut c_void,
        *const u64,
        u64,
        *mut RawError,
    ) -> i32,
}

/// The shim, loaded, and of the version of the interface that is known here.
pub(super) struct Shim {
    functions: Functions,
    /// What the functions are in.
    _library: Library,
}

/// Why the shim did not do what it was asked.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The vendor's status if it is positive, or else the shim's own.
    pub(super) code: i32,
    pub(super) text: String,
}

/// A model that is open in the shim.
pub(super) struct Model {
    shim: Arc<Shim>,
    session: NonNull<RawSession>,
    inputs: Vec<TensorInfo>,
    outputs: Vec<TensorInfo>,
    arguments: Arguments,
}

/// The arrays of a call, kept so that runs allocate nothing.
#[derive(Default)]
struct Arguments {
    inputs: Vec<*const c_void>,
    input_bytes: Vec<u64>,
    outputs: Vec<*mut c_void>,
    output_bytes: Vec<u64>,
}

// SAFETY: The shim's session belongs to no thread, and `Model` makes calls on it through `&mut self` alone, so that two
// never overlap. The pointers in `arguments` are written anew in each run and not read outside of it.
unsafe impl Send for Model {}

impl Shim {
    pub(super) fn open(path: &Path) -> Result<Self, MobilintError> {
        // SAFETY: Loading runs the initializers of the shim and of the vendor's runtime. It is the user who names it.
        let library = unsafe { Library::new(path) }.map_err(|error| MobilintError::NoLibrary {
            path: path.to_owned(),
            reason: error
                .source()
                .map_or_else(|| error.to_string(), ToString::to_string),
        })?;
        let refused = |reason: String| MobilintError::LibraryVersion {
            path: path.to_owned(),
            reason,
        };
        // SAFETY: In all versions of the interface this function has this signature.
        let version = unsafe {
            let name = "emo_qb_abi_version";
            let version = library.get::<unsafe extern "C" fn() -> u32>(name);
            let version = version.map_err(|_| refused(format!("it has no {name}")))?;
            version()
        };
        if version != ABI_VERSION {
            return Err(refused(format!(
                "it is of version {version}, known is version {ABI_VERSION}: compile it again"
            )));
        }
        // SAFETY: Version 1 of the interface gives the functions these signatures.
        let functions = unsafe {
            (|| {
                Some(Functions {
                    runtime_version: *library.get("emo_qb_runtime_version").ok()?,
                    probe: *library.get("emo_qb_probe").ok()?,
                    open: *library.get("emo_qb_open").ok()?,
                    close: *library.get("emo_qb_close").ok()?,
                    count: *library.get("emo_qb_count").ok()?,
                    describe: *library.get("emo_qb_describe").ok()?,
                    infer: *library.get("emo_qb_infer").ok()?,
                })
            })()
        };
        Ok(Self {
            functions: functions.ok_or_else(|| refused("it lacks a function".to_owned()))?,
            _library: library,
        })
    }

    pub(super) fn runtime_version(&self) -> Result<String, Refusal> {
        let mut text = [0_u8; 128];
        call(|error| {
            // SAFETY: The shim writes at most as many bytes as it is told there are.
            unsafe { (self.functions.runtime_version)(text.as_mut_ptr(), text.len() as u64, error) }
        })?;
        Ok(until_nul(&text).trim_start_matches('v').to_owned())
    }

    pub(super) fn probe(&self, device: &Device) -> Result<(), Refusal> {
        let (target, number) = raw_device(device)?;
        let target = target.as_deref().map_or(ptr::null(), CStr::as_ptr);
        call(|error| {
            // SAFETY: `target` is null or ends with a NUL, and lives until the call is over.
            unsafe { (self.functions.probe)(target, number, error) }
        })
    }

    pub(super) fn load(
        this: &Arc<Self>,
        path: &Path,
        config: &ModelConfig,
    ) -> Result<Model, Refusal> {
        let model = c_string(path.as_os_str().as_bytes(), "the path")?;
        let (target, number) = raw_device(&config.device)?;
        let (mode, cores) = raw_mode(&config.core_mode);
        let raw = RawConfig {
            size: size_of::<RawConfig>() as u32,
            mode,
            model: model.as_ptr(),
            target: target.as_deref().map_or(ptr::null(), CStr::as_ptr),
            cores: cores.as_ptr(),
            n_cores: cores.len() as u32,
            number,
            kind: raw_kind(config),
            layout: (config.layout == Layout::Chw).into(),
            batch: config.batch.map_or(0, Into::into),
            reserved: 0,
        };
        let mut session = ptr::null_mut();
        call(|error| {
            // SAFETY: `raw` is as the header has it, and all that it points to lives until the call is over.
            unsafe { (this.functions.open)(&raw const raw, &raw mut session, error) }
        })?;
        let session = NonNull::new(session).ok_or_else(|| Refusal {
            code: MISMATCH,
            text: "the shim gave no session".to_owned(),
        })?;
        let mut model = Model {
            shim: Arc::clone(this),
            session,
            inputs: Vec::new(),
            outputs: Vec::new(),
            arguments: Arguments::default(),
        };
        model.inputs = model.describe(INPUT, "input")?;
        model.outputs = model.describe(OUTPUT, "output")?;
        model.arguments = Arguments {
            inputs: Vec::with_capacity(model.inputs.len()),
            input_bytes: model.inputs.iter().map(bytes).collect(),
            outputs: Vec::with_capacity(model.outputs.len()),
            output_bytes: model.outputs.iter().map(bytes).collect(),
        };
        Ok(model)
    }
}

impl Model {
    pub(super) fn inputs(&self) -> &[TensorInfo] {
        &self.inputs
    }

    pub(super) fn outputs(&self) -> &[TensorInfo] {
        &self.outputs
    }

    fn describe(&self, role: u32, name: &str) -> Result<Vec<TensorInfo>, Refusal> {
        let (session, functions) = (self.session.as_ptr(), self.shim.functions);
        let mut count = 0;
        call(|error| {
            // SAFETY: The session is open, and the shim writes one number.
            unsafe { (functions.count)(session, role, &raw mut count, error) }
        })?;
        (0..count)
            .map(|index| {
                let mut raw = RawTensor {
                    element: 0,
                    rank: 0,
                    shape: [0; MAX_RANK],
                };
                call(|error| {
                    // SAFETY: The session is open, and the shim writes one description.
                    unsafe { (functions.describe)(session, role, index, &raw mut raw, error) }
                })?;
                info(&raw, format!("{name}_{index}"))
            })
            .collect()
    }

    /// Runs the model on tensors in row-major order, with as many bytes as those of [`inputs`](Self::inputs) and
    /// [`outputs`](Self::outputs).
    pub(super) fn infer(
        &mut self,
        inputs: &[Tensor],
        outputs: &mut [Tensor],
    ) -> Result<(), Refusal> {
        let Arguments {
            inputs: from,
            input_bytes,
            outputs: to,
            output_bytes,
        } = &mut self.arguments;
        from.clear();
        to.clear();
        for (tensor, &bytes) in inputs.iter().zip(input_bytes.iter()) {
            from.extend(read(tensor, bytes));
        }
        for (tensor, &bytes) in outputs.iter_mut().zip(output_bytes.iter()) {
            to.extend(write(tensor, bytes));
        }
        if from.len() != input_bytes.len() || to.len() != output_bytes.len() {
            return Err(Refusal {
                code: MISMATCH,
                text: "the tensors are not as the model's".to_owned(),
            });
        }
        let session = self.session.as_ptr();
        let infer = self.shim.functions.infer;
        call(|error| {
            // SAFETY: The session is open, and `&mut self` keeps other calls on it away. There are as many pointers and
            // lengths as are counted; each pointer is to as many bytes as its length says, of tensors that stay
            // borrowed until the call is over, those of the outputs mutably.
            unsafe {
                infer(
                    session,
                    from.as_ptr(),
                    input_bytes.as_ptr(),
                    from.len() as u64,
                    to.as_ptr(),
                    output_bytes.as_ptr(),
                    to.len() as u64,
                    error,
                )
            }
        })
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        // SAFETY: The session is open, and nobody uses it after this.
        unsafe { (self.shim.functions.close)(self.session.as_ptr()) }
    }
}

impl fmt::Debug for Shim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shim").finish_non_exhaustive()
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Model");
        debug.field("inputs", &self.inputs);
        debug.field("outputs", &self.outputs);
        debug.finish_non_exhaustive()
    }
}

/// The vendor's name of a status and what was tried.
pub(super) fn status_text(code: i32, text: &str) -> String {
    let status = u32::try_from(code).map_or(Status::Unlisted, Status::from_code);
    match status {
        Status::Unlisted => format!("status {code} ({text})"),
        status => format!("{status} ({text})"),
    }
}

fn call(call: impl FnOnce(*mut RawError) -> i32) -> Result<(), Refusal> {
    let mut error = RawError {
        code: 0,
        text: [0; TEXT_LEN],
    };
    let code = call(&raw mut error);
    if code == 0 {
        return Ok(());
    }
    Err(Refusal {
        code,
        text: until_nul(&error.text),
    })
}

fn until_nul(text: &[u8]) -> String {
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

fn c_string(text: &[u8], what: &str) -> Result<CString, Refusal> {
    CString::new(text).map_err(|_| Refusal {
        code: MISMATCH,
        text: format!("{what} has a NUL within"),
    })
}

fn raw_device(device: &Device) -> Result<(Option<CString>, i32), Refusal> {
    let target = match &device.target {
        Target::Auto => None,
        target => Some(c_string(target.name().as_bytes(), "the device's name")?),
    };
    Ok((target, i32::try_from(device.number).unwrap_or(i32::MAX)))
}

fn raw_mode(mode: &CoreMode) -> (u32, Vec<u32>) {
    let core = |core: &Core| {
        u32::from(core.cluster.number()) * u32::from(Core::PER_CLUSTER) + u32::from(core.number)
    };
    let clusters = |list: &[Cluster]| list.iter().map(|cluster| cluster.number().into()).collect();
    match mode {
        CoreMode::Auto => (0, Vec::new()),
        CoreMode::Single(list) => (1, list.iter().map(core).collect()),
        CoreMode::Multi(list) => (2, clusters(list)),
        CoreMode::Global4(list) => (3, clusters(list)),
        CoreMode::Global8 => (4, Vec::new()),
    }
}

/// Of a configuration that was checked.
fn raw_kind(config: &ModelConfig) -> u32 {
    match (config.input_type, config.output_type) {
        (TensorType::F32, _) => 0,
        (TensorType::U8, _) => 1,
        (TensorType::I8, TensorType::I8) => 2,
        (TensorType::I8, _) => 3,
    }
}

fn info(raw: &RawTensor, name: String) -> Result<TensorInfo, Refusal> {
    let unknown = || Refusal {
        code: MISMATCH,
        text: format!("{name} is described as no tensor"),
    };
    let element_type = match raw.element {
        0 => ElementType::F32,
        1 => ElementType::U8,
        2 => ElementType::I8,
        _ => return Err(unknown()),
    };
    let shape = raw.shape.get(..raw.rank as usize).ok_or_else(unknown)?;
    let lengths: Result<Vec<usize>, _> = shape.iter().map(|&n| usize::try_from(n)).collect();
    let shape = lengths.map_err(|_| unknown())?;
    // Arrays cannot have more.
    let len = shape.iter().try_fold(1_usize, |len, &n| len.checked_mul(n));
    if len.is_none_or(|len| len > isize::MAX as usize / size_of::<f32>()) {
        return Err(unknown());
    }
    Ok(TensorInfo::new(name, element_type, shape))
}

fn bytes(info: &TensorInfo) -> u64 {
    (info.len() * info.element_type.size()) as u64
}

/// The elements of a tensor in row-major order, if they have so many bytes.
fn read(tensor: &Tensor, bytes: u64) -> Option<*const c_void> {
    let view = tensor.view();
    let (pointer, len): (*const c_void, usize) = match &view {
        TensorView::F32(array) => {
            let slice = array.as_slice()?;
            (slice.as_ptr().cast(), size_of_val(slice))
        }
        TensorView::U8(array) => {
            let slice = array.as_slice()?;
            (slice.as_ptr().cast(), size_of_val(slice))
        }
        TensorView::I8(array) => {
            let slice = array.as_slice()?;
            (slice.as_ptr().cast(), size_of_val(slice))
        }
        _ => return None,
    };
    (len as u64 == bytes).then_some(pointer)
}

/// The same, to be written.
fn write(tensor: &mut Tensor, bytes: u64) -> Option<*mut c_void> {
    let mut view = tensor.view_mut();
    let (pointer, len): (*mut c_void, usize) = match &mut view {
        TensorViewMut::F32(array) => {
            let slice = array.as_slice_mut()?;
            (slice.as_mut_ptr().cast(), size_of_val(slice))
        }
        TensorViewMut::I8(array) => {
            let slice = array.as_slice_mut()?;
            (slice.as_mut_ptr().cast(), size_of_val(slice))
        }
        _ => return None,
    };
    (len as u64 == bytes).then_some(pointer)
}
