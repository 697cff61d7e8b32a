//! The files of a kit.

use std::{
    borrow::Cow,
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use emo_quant::ndarray::ArrayD;
use ndarray_npy::WriteNpyExt;
use serde_json::{Value as Json, json};

use super::{
    CompileKit, KitError, SampleLayout,
    layout::Hwc,
    model::{OPSET, Value},
    script::script,
};
use crate::MobilintError;

impl CompileKit {
    /// Writes the kit into a new folder, with these calibration samples, each in the shape of the model's input.
    ///
    /// The files are written to a folder beside it, which takes on the name when all are there.
    ///
    /// # Errors
    /// [`KitError::FolderExists`]; [`KitError::NoSamples`], [`KitError::SampleShape`] and [`KitError::SampleNumber`] for
    /// samples that cannot be calibrated with; [`MobilintError::Write`].
    pub fn write(
        &self,
        folder: impl AsRef<Path>,
        samples: &[ArrayD<f32>],
    ) -> Result<(), MobilintError> {
        let folder = folder.as_ref();
        self.check_samples(samples)?;
        let Some(name) = folder.file_name() else {
            return Err(failed(folder)(io::ErrorKind::InvalidInput.into()));
        };
        let exists = || KitError::FolderExists {
            path: folder.to_owned(),
        };
        if folder.symlink_metadata().is_ok() {
            return Err(exists().into());
        }
        let mut partial = name.to_owned();
        partial.push(format!(".partial-{}", std::process::id()));
        let partial = folder.with_file_name(partial);
        fs::create_dir(&partial).map_err(failed(&partial))?;
        let written = self.write_into(&partial, samples).and_then(|()| {
            if folder.symlink_metadata().is_ok() {
                return Err(exists().into());
            }
            fs::rename(&partial, folder).map_err(failed(folder))
        });
        if written.is_err() {
            // The first error is the one that is told.
            _ = fs::remove_dir_all(&partial);
        }
        written
    }

    fn write_into(&self, folder: &Path, samples: &[ArrayD<f32>]) -> Result<(), MobilintError> {
        let calibration = folder.join("calibration");
        fs::create_dir(&calibration).map_err(failed(&calibration))?;
        let mut list = String::new();
        for (index, sample) in samples.iter().enumerate() {
            let name = format!("{index:05}.npy");
            self.write_sample(&calibration.join(&name), sample)?;
            list.push_str(&format!("calibration/{name}\n"));
        }
        self.prepared
            .model
            .write(folder.join("model.onnx"))
            .map_err(KitError::from)?;
        let runtime = serde_json::to_string_pretty(&self.runtime())
            .map_err(|error| failed(folder)(error.into()))?;
        for (name, text) in [
            ("calibration.txt", list),
            ("compile.py", script(&self.config)),
            ("runtime.json", runtime + "\n"),
            ("README.md", super::readme::text(self, samples.len())),
        ] {
            let path = folder.join(name);
            fs::write(&path, text).map_err(failed(&path))?;
        }
        Ok(())
    }

    fn write_sample(&self, path: &Path, sample: &ArrayD<f32>) -> Result<(), MobilintError> {
        let mut array = self.host.apply(sample);
        if self.config.layout == SampleLayout::Hwc {
            array = Cow::Owned(self.input_hwc.apply(&array));
        }
        let write = || {
            let mut file = BufWriter::new(File::create(path)?);
            array.write_npy(&mut file).map_err(io::Error::other)?;
            file.flush()
        };
        write().map_err(failed(path))
    }

    fn check_samples(&self, samples: &[ArrayD<f32>]) -> Result<(), KitError> {
        if samples.is_empty() {
            return Err(KitError::NoSamples);
        }
        for (index, sample) in samples.iter().enumerate() {
            if sample.shape() != self.prepared.input.shape {
                return Err(KitError::SampleShape {
                    index,
                    actual: sample.shape().to_vec(),
                    expected: self.prepared.input.shape.clone(),
                });
            }
            let mut numbers = sample.iter().enumerate();
            if let Some((element, &value)) = numbers.find(|(_, value)| !value.is_finite()) {
                return Err(KitError::SampleNumber {
                    index,
                    element,
                    value,
                });
            }
        }
        Ok(())
    }

    /// What an application must know of the compiled model.
    pub(super) fn runtime(&self) -> Json {
        let side = |value: &Value, hwc: Option<&Hwc>| {
            json!({
                "name": value.name,
                "element_type": "f32",
                "model_shape": value.shape,
                "layout": if hwc.is_some() { "HWC" } else { "as the model" },
                "shape": hwc.map_or_else(|| json!(value.shape), |hwc| json!(hwc.shape)),
                "axes_of_the_model": hwc.map(|hwc| json!(hwc.axes)),
            })
        };
        let model = &self.prepared.model;
        let outputs = self.prepared.outputs.iter().zip(&self.output_hwc);
        json!({
            "schema": 1,
            "model": "model.mxq",
            "compiler": self.config.compiler.name(),
            "target_device": self.config.target.name(),
            "inference_scheme": self.config.scheme.name(),
            "opset": OPSET,
            "quantization": self.config.quantization.to_string(),
            "calibration_layout": self.config.layout.name(),
            "on_cpu": self.prepared.on_cpu,
            "on_host": self.host.to_json(),
            "inputs": [side(&self.prepared.input, Some(&self.input_hwc))],
            "outputs": outputs.map(|(value, hwc)| side(value, hwc.as_ref())).collect::<Vec<_>>(),
            "labels": model.labels(),
            "modality": model.modality(),
            "features": model.features(),
        })
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> MobilintError {
    let path: PathBuf = path.to_owned();
    move |source| MobilintError::Write { path, source }
}
