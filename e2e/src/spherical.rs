//! Google's photo sphere metadata.

/// An XMP packet that says: this is a whole sphere of `width` × `height` pixels, its middle at `heading` degrees. `extra`
/// is put into the description as it is.
pub fn gpano(width: u32, height: u32, heading: f64, extra: &str) -> String {
    format!(
        r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" xmlns:dc="http://purl.org/dc/elements/1.1/"><GPano:ProjectionType>equirectangular</GPano:ProjectionType><GPano:UsePanoramaViewer>True</GPano:UsePanoramaViewer><GPano:FullPanoWidthPixels>{width}</GPano:FullPanoWidthPixels><GPano:FullPanoHeightPixels>{height}</GPano:FullPanoHeightPixels><GPano:CroppedAreaImageWidthPixels>{width}</GPano:CroppedAreaImageWidthPixels><GPano:CroppedAreaImageHeightPixels>{height}</GPano:CroppedAreaImageHeightPixels><GPano:CroppedAreaLeftPixels>0</GPano:CroppedAreaLeftPixels><GPano:CroppedAreaTopPixels>0</GPano:CroppedAreaTopPixels><GPano:PoseHeadingDegrees>{heading}</GPano:PoseHeadingDegrees>{extra}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"#
    )
}
