use std::{
    borrow::Cow,
    fs::File,
    io::{self, Read},
    path::Path,
};

use emo_onnx::{Dim, Model, ValueInfo};
use emo_score::{CalibratedFusion, FusionRule, Labels, RuleConfig, RuleName};
use emo_tensor::ElementType;

use crate::{
    Modality, PipelineError,
    branch::{EegExtractor, Extractor, HrExtractor, ImageExtractor, SpeechExtractor},
    fitted,
    manifest::{EegSection, Entry, HrSection, ImageSection, Manifest, SCHEMA, SpeechSection},
};

/// The manifest's name in a bundle's folder.
const MANIFEST: &str = "bundle.toml";

/// No manifest is this long.
const MAX_MANIFEST_BYTES: u64 = 1 << 20;

/// Models for a device are far below this; it bounds what a wrong path can make us read.
const MAX_MODEL_BYTES: u64 = 1 << 30;

/// A set of models that belong together: one per modality, with what is needed to use them.
///
/// On disk it is a folder with `bundle.toml` and the ONNX files that it names:
///
/// ```toml
/// schema = 1
/// name = "mine"
/// labels = ["happy", "calm", "sad", "angry"]   # as in every model's metadata `emo.labels`
/// fusion = ["stacking.toml"]                   # fitted fusion rules, if there are any
///
/// [speech]                                     # likewise [hr], [eeg], [image]; any may be left out
/// model = "speech.onnx"                        # a plain file name in this folder
/// weight = 0.78                                # for the weighted mean: accuracy on validation data
///
/// [speech.features]                            # how the model's input is made
/// sample_rate = 22050
/// offset_s = 0.6
/// duration_s = 2.5
/// n_mfcc = 20
/// ```
///
/// `[hr.features]` has `window_s`; `[eeg.features]` has `channels` (the names that the model wants, in its
/// order), `window_s`, `filter_order` and `bands` (a list of `{ name, low_hz, high_hz }`); `[image.features]` has
/// `size`. Unknown keys are refused.
///
/// A file of `fusion` is what [`CalibratedFusion`] reads: `[rule]` with the rule's name and numbers, and calibrations of
/// the modalities and of the outcome if there are any. It is for all of [`Modality::ALL`], in that order, whether the
/// bundle has a model of each or not.
#[derive(Debug, Clone)]
pub struct Bundle {
    name: String,
    labels: Labels,
    fitted: Vec<CalibratedFusion>,
    pub(crate) hr: Option<BundledModel<HrSection>>,
    pub(crate) eeg: Option<BundledModel<EegSection>>,
    pub(crate) speech: Option<BundledModel<SpeechSection>>,
    pub(crate) image: Option<BundledModel<ImageSection>>,
}

/// One model of a bundle, checked against the manifest.
#[derive(Debug, Clone)]
pub(crate) struct BundledModel<F> {
    pub(crate) weight: f32,
    pub(crate) features: F,
    pub(crate) bytes: Cow<'static, [u8]>,
}

impl Bundle {
    /// The names of the fusion rules that [`fusion_rule`](Self::fusion_rule) knows: all of [`RuleName`]. Some must be
    /// fitted, and are only there if the bundle brings them.
    pub const FUSION_RULES: &'static [&'static str] = RuleName::NAMES;

    /// Reads the bundle in a folder and checks its models against its manifest.
    ///
    /// # Errors
    /// [`PipelineError::Io`] if a file is missing or unreadable, [`PipelineError::Manifest`] or
    /// [`PipelineError::ManifestValue`] if the manifest or a fusion rule's file is malformed, [`PipelineError::Model`] if a model is, and
    /// [`PipelineError::ModelMismatch`] if a model's labels, modality, features or shapes are not the manifest's.
    pub fn read(folder: impl AsRef<Path>) -> Result<Self, PipelineError> {
        let folder = folder.as_ref();
        let path = folder.join(MANIFEST);
        let text = read_bounded(&path, MAX_MANIFEST_BYTES).and_then(|bytes| {
            String::from_utf8(bytes)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not UTF-8"))
        });
        let text = text.map_err(|source| PipelineError::Io {
            path: path.clone(),
            source,
        })?;
        Self::parse(&text, &path.display().to_string(), |file| {
            let path = folder.join(file);
            match read_bounded(&path, MAX_MODEL_BYTES) {
                Ok(bytes) => Ok(Cow::Owned(bytes)),
                Err(source) => Err(PipelineError::Io { path, source }),
            }
        })
    }

    /// The bundle that is compiled in: the four models that this project trained.
    ///
    /// Read the model cards before you rely on it (`crates/emo-pipeline/bundle`): they say on what the models were
    /// trained, how good they are on people they have not seen, and what they must not be used for.
    ///
    /// # Errors
    /// None that can occur: the tests load it.
    #[cfg(feature = "default-bundle")]
    pub fn embedded() -> Result<Self, PipelineError> {
        const FILES: [(&str, &[u8]); 4] = [
            ("hr.onnx", include_bytes!("../bundle/hr.onnx")),
            ("eeg.onnx", include_bytes!("../bundle/eeg.onnx")),
            ("speech.onnx", include_bytes!("../bundle/speech.onnx")),
            ("image.onnx", include_bytes!("../bundle/image.onnx")),
        ];
        Self::parse(
            include_str!("../bundle/bundle.toml"),
            "embedded bundle.toml",
            |file| match FILES.iter().find(|(name, _)| *name == file) {
                Some((_, bytes)) => Ok(Cow::Borrowed(*bytes)),
                None => Err(PipelineError::Io {
                    path: file.into(),
                    source: io::ErrorKind::NotFound.into(),
                }),
            },
        )
    }

    fn parse(
        text: &str,
        place: &str,
        read: impl Fn(&str) -> Result<Cow<'static, [u8]>, PipelineError>,
    ) -> Result<Self, PipelineError> {
        let manifest: Manifest =
            toml::from_str(text).map_err(|source| PipelineError::Manifest {
                place: place.to_owned(),
                source: Box::new(source),
            })?;
        let bad_value = |key: &str, problem: String| PipelineError::ManifestValue {
            place: place.to_owned(),
            key: key.to_owned(),
            problem,
        };
        if manifest.schema != SCHEMA {
            let problem = format!("version {} is not known, only {SCHEMA} is", manifest.schema);
            return Err(bad_value("schema", problem));
        }
        let labels =
            Labels::new(manifest.labels).map_err(|error| bad_value("labels", error.to_string()))?;
        let loader = Loader {
            labels: &labels,
            bad_value: &bad_value,
            read: &read,
        };
        let bundle = Self {
            hr: loader.load::<HrExtractor>(manifest.hr)?,
            eeg: loader.load::<EegExtractor>(manifest.eeg)?,
            speech: loader.load::<SpeechExtractor>(manifest.speech)?,
            image: loader.load::<ImageExtractor>(manifest.image)?,
            fitted: fitted::read(&manifest.fusion, labels.len(), &bad_value, &read)?,
            name: manifest.name,
            labels,
        };
        if bundle.modalities().next().is_none() {
            return Err(bad_value(
                "hr, eeg, speech, image",
                "no modality is given".to_owned(),
            ));
        }
        Ok(bundle)
    }

    /// The bundle's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of the classes, in the order of all scores.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The modalities that the bundle has a model for, with their weights.
    pub fn modalities(&self) -> impl Iterator<Item = (Modality, f32)> {
        Modality::ALL
            .into_iter()
            .filter_map(|modality| Some((modality, self.weight(modality)?)))
    }

    /// The fusion rule of that name: the one that the bundle brings, or one made of the manifest's weights.
    ///
    /// # Errors
    /// [`PipelineError::UnknownFusion`], or [`PipelineError::Fusion`] if the rule must be
    /// [fitted](emo_score::ScoreError::NotFitted) and the bundle does not bring it, or if it cannot be made of the
    /// weights.
    pub fn fusion_rule(&self, name: &str) -> Result<Box<dyn FusionRule>, PipelineError> {
        let name: RuleName = name.parse().map_err(|_| PipelineError::UnknownFusion {
            name: name.to_owned(),
        })?;
        let fitted = self
            .fitted
            .iter()
            .find(|fusion| fusion.rule().rule_name() == name);
        if let Some(fusion) = fitted {
            return Ok(Box::new(fusion.clone()));
        }
        let weights = Modality::ALL.map(|modality| self.weight(modality).unwrap_or(0.0));
        let config = RuleConfig::new(self.labels.len(), weights);
        Ok(Box::new(name.make(&config)?))
    }

    fn weight(&self, modality: Modality) -> Option<f32> {
        match modality {
            Modality::Hr => self.hr.as_ref().map(|model| model.weight),
            Modality::Eeg => self.eeg.as_ref().map(|model| model.weight),
            Modality::Speech => self.speech.as_ref().map(|model| model.weight),
            Modality::Image => self.image.as_ref().map(|model| model.weight),
        }
    }
}

struct Loader<'a, B, R> {
    labels: &'a Labels,
    bad_value: &'a B,
    read: &'a R,
}

impl<B, R> Loader<'_, B, R>
where
    B: Fn(&str, String) -> PipelineError,
    R: Fn(&str) -> Result<Cow<'static, [u8]>, PipelineError>,
{
    fn load<E: Extractor>(
        &self,
        entry: Option<Entry<E::Section>>,
    ) -> Result<Option<BundledModel<E::Section>>, PipelineError> {
        let Some(Entry {
            model: file,
            weight,
            features,
        }) = entry
        else {
            return Ok(None);
        };
        let modality = E::MODALITY;
        check_plain(&file)
            .map_err(|problem| (self.bad_value)(&format!("{modality}.model"), problem))?;
        if !weight.is_finite() || weight < 0.0 {
            let problem = format!("{weight} is not a finite number from 0");
            return Err((self.bad_value)(&format!("{modality}.weight"), problem));
        }
        let extractor = E::new(&features).map_err(|error| {
            (self.bad_value)(&format!("{modality}.features"), error.to_string())
        })?;
        let bytes = (self.read)(&file)?;
        let model = Model::from_bytes(&*bytes).map_err(|source| PipelineError::Model {
            modality,
            file: file.clone(),
            source: Box::new(source),
        })?;
        check_model(&model, &extractor, self.labels, &file)?;
        Ok(Some(BundledModel {
            weight,
            features,
            bytes,
        }))
    }
}

/// What is wrong with a file's name, if it could lead out of the bundle's folder.
pub(crate) fn check_plain(file: &str) -> Result<(), String> {
    let plain = Path::new(file).file_name().is_some_and(|name| name == file);
    if !plain || file.contains(['/', '\\']) {
        return Err(format!("`{file}` is not a plain file name"));
    }
    Ok(())
}

/// Checks that a model takes what `extractor` makes and gives one score per label.
fn check_model<E: Extractor>(
    model: &Model,
    extractor: &E,
    labels: &Labels,
    file: &str,
) -> Result<(), PipelineError> {
    let expect = |place: &str, actual: String, expected: String| {
        if actual == expected {
            return Ok(());
        }
        Err(PipelineError::ModelMismatch {
            modality: E::MODALITY,
            file: file.to_owned(),
            place: place.to_owned(),
            expected,
            actual,
        })
    };
    let metadata = |key: &str, expected: String| {
        let actual = model
            .metadata()
            .get(key)
            .cloned()
            .unwrap_or_else(|| "absent".to_owned());
        expect(&format!("metadata `{key}`"), actual, expected)
    };
    metadata("emo.modality", E::MODALITY.name().to_owned())?;
    metadata("emo.labels", labels.iter().collect::<Vec<_>>().join(","))?;
    metadata("emo.features", extractor.definition())?;
    let tensors =
        |infos: &[ValueInfo]| infos.iter().map(describe).collect::<Vec<_>>().join(" and ");
    let tensor =
        |shape: &[usize]| describe_parts(ElementType::F32, std::iter::once(&1).chain(shape));
    expect(
        "input",
        tensors(model.graph().inputs()),
        tensor(&extractor.shape()),
    )?;
    expect(
        "output",
        tensors(model.graph().outputs()),
        tensor(&[labels.len()]),
    )
}

/// Element type and shape, with a batch axis that is left open shown as the 1 that it will be.
fn describe(info: &ValueInfo) -> String {
    let Some((element_type, Some(shape))) = info.tensor() else {
        return info.value_type.to_string();
    };
    let shape = shape.iter().enumerate().map(|(axis, extent)| match extent {
        Dim::Symbol(_) | Dim::Unknown if axis == 0 => "1".to_owned(),
        extent => extent.to_string(),
    });
    describe_parts(element_type, shape)
}

fn describe_parts(
    element_type: ElementType,
    shape: impl IntoIterator<Item = impl ToString>,
) -> String {
    let shape: Vec<String> = shape.into_iter().map(|extent| extent.to_string()).collect();
    format!("{element_type}[{}]", shape.join(", "))
}

fn read_bounded(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a regular file",
        ));
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("longer than {limit} bytes"),
        ));
    }
    Ok(bytes)
}
