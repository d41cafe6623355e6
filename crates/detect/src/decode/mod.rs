//! From a network's outputs to boxes, in pixels of its input.
//!
//! Pure functions of numbers and shapes. A shape that is not the declared one is an error with a
//! reason; a number that is not finite makes its box be ignored.

mod centerface;
mod retinaface;
mod yolo;

use crate::geometry::{Candidate, Rect};
use crate::manifest::{Class, DecoderKind, Manifest, Priors};

/// One output of a network.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output<'a> {
    /// Its name in the model.
    pub name: &'a str,
    /// Its dimensions.
    pub shape: &'a [usize],
    /// As many numbers as the dimensions say.
    pub data: &'a [f32],
}

/// Reads the outputs of one model.
#[derive(Debug)]
pub(crate) struct Decoder {
    kind: Kind,
    score: f32,
    classes: Vec<Option<Class>>,
    model: usize,
}

#[derive(Debug)]
enum Kind {
    CenterFace(centerface::Names),
    YoloV8(Option<String>),
    YoloV5(Option<String>),
    RetinaFace(retinaface::Names, Priors),
}

impl Decoder {
    /// The decoder a manifest asks for; `model` goes with every box.
    pub(crate) fn new(manifest: &Manifest, model: usize) -> Result<Self, String> {
        let named = |role: &str| {
            let name = manifest.outputs.get(role).cloned();
            name.ok_or_else(|| format!("outputs.{role} must name the network's output"))
        };
        let kind = match manifest.decoder {
            DecoderKind::CenterFace => Kind::CenterFace(centerface::Names {
                heat: named("heat")?,
                size: named("size")?,
                offset: named("offset")?,
            }),
            DecoderKind::YoloV8 => Kind::YoloV8(named("boxes").ok()),
            DecoderKind::YoloV5 => Kind::YoloV5(named("boxes").ok()),
            DecoderKind::RetinaFace => Kind::RetinaFace(
                retinaface::Names { boxes: named("boxes")?, scores: named("scores")? },
                manifest.priors.clone().ok_or("the decoder retinaface needs [priors]")?,
            ),
        };
        Ok(Self { kind, score: manifest.score, classes: manifest.class_table()?, model })
    }

    /// The boxes at or above the manifest's score, before suppression. `input` is height and width
    /// of the network's input.
    pub(crate) fn decode(&self, outputs: &[Output<'_>], input: (usize, usize)) -> Result<Vec<Candidate>, String> {
        let mut found = Found { decoder: self, list: Vec::new() };
        match &self.kind {
            Kind::CenterFace(names) => centerface::decode(names, outputs, input, &mut found)?,
            Kind::YoloV8(name) => yolo::decode_v8(first(outputs, name.as_deref())?, &mut found)?,
            Kind::YoloV5(name) => yolo::decode_v5(first(outputs, name.as_deref())?, &mut found)?,
            Kind::RetinaFace(names, priors) => {
                retinaface::decode(names, priors, outputs, input, &mut found)?;
            }
        }
        Ok(found.list)
    }
}

/// Collects boxes that count.
struct Found<'a> {
    decoder: &'a Decoder,
    list: Vec<Candidate>,
}

impl Found<'_> {
    /// How many classes the network must know.
    fn classes(&self) -> usize {
        self.decoder.classes.len()
    }

    /// Whether a score counts; a score that is not a number does not.
    fn counts(&self, score: f32) -> bool {
        score >= self.decoder.score && score.is_finite()
    }

    /// Adds a box for every named class whose score counts. `score_of` gives the score of a class.
    fn add_all(&mut self, score_of: impl Fn(usize) -> f32, rect: impl Fn() -> Option<Rect>) {
        for index in 0..self.classes() {
            self.add(index, score_of(index), &rect);
        }
    }

    /// Adds a box if its class is named and its score counts.
    fn add(&mut self, class: usize, score: f32, rect: impl Fn() -> Option<Rect>) {
        let Some(class) = self.decoder.classes.get(class).copied().flatten() else {
            return;
        };
        if !self.counts(score) {
            return;
        }
        if let Some(rect) = rect() {
            self.list.push(Candidate { class, score: score.min(1.0), model: self.decoder.model, rect });
        }
    }
}

fn named<'a>(outputs: &[Output<'a>], name: &str) -> Result<Output<'a>, String> {
    let found = outputs.iter().find(|output| output.name == name).copied();
    found.ok_or_else(|| {
        let known: Vec<&str> = outputs.iter().map(|output| output.name).collect();
        format!("it has no output {name:?}, only {}", known.join(", "))
    })
}

fn first<'a>(outputs: &[Output<'a>], name: Option<&str>) -> Result<Output<'a>, String> {
    match name {
        Some(name) => named(outputs, name),
        None => outputs.first().copied().ok_or_else(|| "it has no outputs".to_owned()),
    }
}

fn shape_error(output: &Output<'_>, wanted: &str) -> String {
    format!("output {:?} has the shape {:?}, not {wanted}", output.name, output.shape)
}

#[cfg(test)]
mod tests;
