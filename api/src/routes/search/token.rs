//! Where a page of a search ended: an opaque text in `token`.

use flaneur_catalog::model::{Order, PictureId, SearchPlace};
use jiff::Timestamp;

use crate::{ApiError, ApiResult};

/// The letter of an order: a token is of one order.
fn letter(order: Order) -> char {
    match order {
        Order::Newest => 'n',
        Order::Oldest => 'o',
        Order::Nearest(..) => 'd',
        Order::Id => 'i',
        Order::IdBackwards => 'j',
    }
}

/// Writes a place down.
pub(super) fn write(place: &SearchPlace, order: Order) -> String {
    let letter = letter(order);
    match order {
        Order::Newest | Order::Oldest => format!("{letter}{}.{}", place.captured_at.as_microsecond(), place.id),
        // To the bit.
        Order::Nearest(..) => format!("{letter}{:016x}.{}", place.squared_distance.to_bits(), place.id),
        Order::Id | Order::IdBackwards => format!("{letter}.{}", place.id),
    }
}

/// Reads what [`write`] wrote.
pub(super) fn read(token: &str, order: Order) -> ApiResult<SearchPlace> {
    let parse = || {
        let (value, id) = token.strip_prefix(letter(order))?.split_once('.')?;
        let id: PictureId = id.parse().ok()?;
        let (mut captured_at, mut squared_distance) = (Timestamp::UNIX_EPOCH, 0.0);
        match order {
            Order::Newest | Order::Oldest => captured_at = Timestamp::from_microsecond(value.parse().ok()?).ok()?,
            Order::Nearest(..) => {
                squared_distance = f64::from_bits(u64::from_str_radix(value, 16).ok()?);
                // Any other number is no distance.
                (0.0..1e6).contains(&squared_distance).then_some(())?;
            }
            Order::Id | Order::IdBackwards => {}
        }
        Some(SearchPlace { captured_at, squared_distance, id })
    };
    parse().ok_or_else(|| {
        ApiError::bad_request(
            "`token` has to be taken from a `next` link as it is, and all else of the search be as it was",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_round_trip() {
        let place = SearchPlace {
            captured_at: "2026-11-23T16:52:24.302725Z".parse().unwrap(),
            squared_distance: 0.1 + 0.2,
            id: PictureId(uuid::Uuid::from_u128(7)),
        };
        let orders = [Order::Newest, Order::Oldest, Order::Nearest(1.0, 2.0), Order::Id, Order::IdBackwards];
        for order in orders {
            let token = write(&place, order);
            let read_back = read(&token, order).unwrap();
            assert_eq!(write(&read_back, order), token);
            assert_eq!(orders.iter().filter(|order| read(&token, **order).is_ok()).count(), 1, "{token}");
        }
        for bad in ["", "n", "n1", "n1.2", "n.00000000-0000-0000-0000-000000000007", "d7ff8000000000000.0"] {
            assert!(orders.iter().all(|order| read(bad, *order).is_err()), "{bad}");
        }
    }
}
