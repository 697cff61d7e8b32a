use std::borrow::Cow;

use emo_backend::{Backend, ModelSource, Session};
use emo_tensor::{Tensor, TensorView};
use ndarray::{Array1, ArrayD, Axis};

use crate::{InputError, Modality, PipelineError, bundle::BundledModel};

mod eeg;
mod hr;
mod image;
mod speech;

pub(crate) use self::{
    eeg::EegExtractor, hr::HrExtractor, image::ImageExtractor, speech::SpeechExtractor,
};

/// The features of one window and how far they can be trusted.
pub(crate) struct Features {
    pub(crate) values: ArrayD<f32>,
    /// In `[0, 1]`.
    pub(crate) quality: f32,
}

/// How one modality's signal becomes its model's input.
pub(crate) trait Extractor: Sized {
    /// The modality.
    const MODALITY: Modality;
    /// What a caller supplies.
    type Signal;
    /// The manifest's `features` section.
    type Section: Clone;

    /// Plans the extraction.
    fn new(section: &Self::Section) -> Result<Self, InputError>;

    /// What a model's metadata `emo.features` must say for it to fit.
    fn definition(&self) -> String;

    /// The shape of the features.
    fn shape(&self) -> Vec<usize>;

    /// Makes features of a signal's window.
    fn extract(&mut self, signal: &Self::Signal) -> Result<Features, InputError>;
}

/// One modality of a recognizer: features, then scores.
#[derive(Debug)]
pub(crate) struct Branch<E> {
    extractor: E,
    session: Box<dyn Session>,
    scores: Tensor,
}

impl<E: Extractor> Branch<E> {
    pub(crate) fn new(
        model: &BundledModel<E::Section>,
        backend: &dyn Backend,
    ) -> Result<Self, PipelineError> {
        let source = ModelSource::Bytes(Cow::Borrowed(&model.bytes));
        let session = backend
            .check()
            .and_then(|()| backend.load(&source))
            .map_err(|source| backend_error::<E>(backend.name(), source))?;
        // The bundle's constructor built the same extractor and compared the model's shapes with it.
        let extractor = E::new(&model.features).map_err(|source| PipelineError::Input {
            modality: E::MODALITY,
            origin: "the bundle".to_owned(),
            source: Box::new(source),
        })?;
        let scores = session.outputs().first().map_or_else(
            || Tensor::from(Array1::<f32>::zeros(0).into_dyn()),
            |info| Tensor::zeros(info.element_type, &info.shape),
        );
        Ok(Self {
            extractor,
            session,
            scores,
        })
    }

    pub(crate) fn extract(&mut self, signal: &E::Signal) -> Result<Features, InputError> {
        self.extractor.extract(signal)
    }

    /// The model's scores of features of the extractor's shape.
    pub(crate) fn score(
        &mut self,
        features: &ArrayD<f32>,
        backend: &'static str,
    ) -> Result<Array1<f32>, PipelineError> {
        let batch = TensorView::from(features.view().insert_axis(Axis(0)));
        self.session
            .run(&[batch], &mut [self.scores.view_mut()])
            .map_err(|source| backend_error::<E>(backend, source))?;
        Ok(self
            .scores
            .as_array::<f32>()
            .map(|scores| scores.iter().copied().collect())
            .unwrap_or_default())
    }
}

fn backend_error<E: Extractor>(
    backend: &'static str,
    source: emo_backend::BackendError,
) -> PipelineError {
    PipelineError::Backend {
        modality: E::MODALITY,
        backend,
        source,
    }
}
