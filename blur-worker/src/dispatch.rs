//! Sorts an upload set's pictures into sequences.

use flaneur_catalog::model::{
    DispatchPart, DispatchPlan, DispatchShot, DuplicateShot, JobId, Lease, NewUploadSet, Notice, PictureId, PlacedShot,
    SequenceId, UploadSetId,
};
use flaneur_dispatch::{Dedup, Notice as Oddity, Part, Rules, Shot, Split, dispatch};

use crate::{DispatchDefaults, Worker, error::JobError, metrics::counted};

/// Most odd positions of one upload set that its contributor is told.
const MAX_NOTICES: usize = 20;
/// Most pictures that are named in one of them.
const MAX_NAMED: usize = 10;

/// Does a `Dispatch` job.
pub async fn run(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
    counted(lease, attempt(worker, lease)).await
}

async fn attempt(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
    let id = UploadSetId(lease.subject);
    let Some(set) = worker.catalog.upload_set(id).await? else {
        worker.catalog.finish(lease).await?;
        return Ok(());
    };
    let shots = worker.catalog.shots(id).await?;
    let rules = rules(&set.options, &worker.options.dispatch);
    // Sorting 100,000 pictures must not hold up whoever shares the thread.
    let planned = tokio::task::spawn_blocking(move || dispatch(shots.into_iter().map(shot).collect(), &rules)).await;
    let planned = planned.map_err(|_| JobError::Panic)?;
    let notices = planned.notices.iter().take(MAX_NOTICES).map(notice).collect();
    let several = planned.parts.len() > 1;
    let parts = planned
        .parts
        .into_iter()
        .enumerate()
        .map(|(number, part)| {
            let title = &set.options.title;
            let title = if several { format!("{title}-{}", number + 1) } else { title.clone() };
            placed(part, title, worker)
        })
        .collect();
    let duplicates = planned
        .duplicates
        .into_iter()
        .map(|each| DuplicateShot {
            id: PictureId(each.id),
            of: PictureId(each.of),
            distance_m: each.distance_m,
            angle_deg: each.angle_deg,
        })
        .collect();
    let plan = DispatchPlan { upload_set: id, parts, duplicates, notices, at: worker.world.now() };
    let world = worker.world.clone();
    worker.catalog.apply_dispatch(lease, &plan, &move || JobId(world.id())).await?;
    Ok(())
}

/// What is odd, with what its contributor can do about it.
fn notice(oddity: &Oddity) -> Notice {
    let (reason, pictures, advice) = match oddity {
        Oddity::Frozen { pictures, .. } => {
            ("frozen_position", pictures.as_slice(), "Send these files again with their places as overrides.")
        }
        Oddity::Jump { picture, .. } => {
            ("position_jump", std::slice::from_ref(picture), "Send this file again with its place as an override.")
        }
    };
    Notice {
        reason: reason.to_owned(),
        message: format!("{}. {advice}", capitalized(&oddity.to_string())),
        pictures: pictures.iter().take(MAX_NAMED).map(|id| PictureId(*id)).collect(),
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn shot(shot: DispatchShot) -> Shot {
    Shot {
        id: shot.id.0,
        file_name: shot.file_name,
        lon: shot.lon,
        lat: shot.lat,
        captured: shot.captured_at,
        sensor_heading: shot.sensor_heading,
        panorama: shot.panorama,
        accuracy_m: shot.accuracy,
        pixels_per_degree: shot.pixel_density.map(|density| density as f64),
        sequence: shot.sequence.map(|id| id.0),
    }
}

fn placed(part: Part, title: String, worker: &Worker) -> DispatchPart {
    let sequence = SequenceId(part.reuse.unwrap_or_else(|| worker.world.id()));
    let shots = part
        .shots
        .into_iter()
        .map(|shot| PlacedShot { id: PictureId(shot.id), computed_heading: shot.heading.map(|each| each.degrees) })
        .collect();
    DispatchPart { sequence, title, shots }
}

fn rules(options: &NewUploadSet, defaults: &DispatchDefaults) -> Rules {
    Rules {
        sort: options.sort_method,
        split: (!options.no_split).then(|| Split {
            distance_m: options.split_distance.unwrap_or(defaults.split_distance),
            time_s: options.split_time.unwrap_or(defaults.split_time),
        }),
        dedup: (!options.no_deduplication).then(|| Dedup {
            distance_m: options.duplicate_distance.unwrap_or(defaults.duplicate_distance),
            rotation_deg: options.duplicate_rotation.unwrap_or(defaults.duplicate_rotation),
        }),
        relative_heading: options.relative_heading,
    }
}
