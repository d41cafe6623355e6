//! What a form with a picture in it has, for the description of the API: it is read part by part, as it comes.
#![expect(dead_code, reason = "it documents what is read part by part")]

use utoipa::ToSchema;

/// A form with a picture. `picture_id` comes before the file. Parts such as `override_Exif.Photo.FocalLength` or
/// `override_Xmp.GPano.PoseRollDegrees` stand for single tags of the file; others are passed over.
#[derive(ToSchema)]
pub(crate) struct PictureForm {
    /// The picture: JPEG, HEIC, PNG or WebP. In `picture`, too, which older programs send; one of both.
    #[schema(value_type = Option<String>, format = Binary, nullable = false)]
    file: (),
    /// See `file`.
    #[schema(value_type = Option<String>, format = Binary, nullable = false)]
    picture: (),
    /// A UUID chosen at random: a request that is repeated with it gets the same answer, and makes no second picture.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    picture_id: (),
    /// Place in the sequence, from 1; in a sequence that was begun with `POST /collections` only.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 999_999, nullable = false)]
    position: (),
    /// Whether faces and plates are hidden already: `true` or `false`.
    #[schema(rename = "isBlurred", value_type = Option<bool>, nullable = false)]
    is_blurred: (),
    /// Degrees, with `override_longitude`, in place of what the file says.
    #[schema(value_type = Option<f64>, minimum = -90, maximum = 90, nullable = false)]
    override_latitude: (),
    /// Degrees, with `override_latitude`.
    #[schema(value_type = Option<f64>, minimum = -180, maximum = 180, nullable = false)]
    override_longitude: (),
    /// When it was taken, ISO 8601, in place of what the file says.
    #[schema(value_type = Option<String>, nullable = false)]
    override_capture_time: (),
}
