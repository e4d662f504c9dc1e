//! Where the values of a text stand.

use super::parse::{self, Room, Visitor};
use super::{JsonError, JsonErrorKind, JsonLimits};

/// Where a value stands in its text, for those who read a document at any place, and change it there.
///
/// Places are offsets in bytes, from and to; values are numbered as they start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JsonPlace {
    /// The member's name with its quotes; empty for elements and for the whole.
    pub key: (u32, u32),
    /// The value.
    pub value: (u32, u32),
    /// The number of the object or array that it is in; the whole's own for the whole.
    pub parent: u32,
    /// The number of the first value behind it and everything in it.
    pub next: u32,
}

impl JsonPlace {
    /// Checks that `bytes` are one value, as [`JsonText::parse`](super::JsonText::parse) does, and tells where
    /// everything in it stands. The first place is the value's own.
    ///
    /// ```
    /// use dss_model::{JsonLimits, JsonPlace};
    /// let (text, places) = JsonPlace::all(br#"{"a": [1, 22]}"#, &JsonLimits::default())?;
    /// let values: Vec<_> = places.iter().map(|place| place.value).collect();
    /// assert_eq!(values, [(0, 14), (6, 13), (7, 8), (10, 12)]);
    /// assert_eq!(places[1].key, (1, 4));
    /// # Ok::<(), dss_model::JsonError>(())
    /// ```
    ///
    /// # Errors
    /// [`JsonError`] as there; [`JsonErrorKind::TooManyMembers`] for 4 GiB and more.
    pub fn all<'a>(bytes: &'a [u8], limits: &JsonLimits) -> Result<(&'a str, Vec<Self>), JsonError> {
        let text = parse::text(bytes)?;
        if u32::try_from(text.len()).is_err() {
            return Err(JsonError::at(JsonErrorKind::TooManyMembers, bytes, 0));
        }
        // Token files have fewer values than one for that many bytes. What is not written to, costs no memory.
        let mut noting = Noting { places: Vec::with_capacity(text.len() / 16), ..Noting::default() };
        parse::read(text, limits, &mut Room::default(), &mut noting)?;
        Ok((text, noting.places))
    }
}

/// Places on the way.
#[derive(Default)]
struct Noting {
    places: Vec<JsonPlace>,
    /// Numbers of the open objects and arrays.
    open: Vec<u32>,
    /// The name that the next value has.
    key: (u32, u32),
}

impl Noting {
    fn count(&self) -> u32 {
        narrow(self.places.len())
    }

    fn note(&mut self, value: (usize, usize), next: u32) {
        let (key, parent) = (std::mem::take(&mut self.key), self.open.last().copied().unwrap_or_default());
        self.places.push(JsonPlace { key, value: (narrow(value.0), narrow(value.1)), parent, next });
    }
}

impl Visitor for Noting {
    fn key(&mut self, from: usize, to: usize) {
        self.key = (narrow(from), narrow(to));
    }

    fn scalar(&mut self, from: usize, to: usize) {
        self.note((from, to), self.count().saturating_add(1));
    }

    fn enter(&mut self, at: usize) {
        let own = self.count();
        self.note((at, at), own);
        self.open.push(own);
    }

    fn leave(&mut self, at: usize) {
        let count = self.count();
        let own = self.open.pop().and_then(|own| usize::try_from(own).ok());
        if let Some(place) = own.and_then(|own| self.places.get_mut(own)) {
            place.value.1 = narrow(at);
            place.next = count;
        }
    }
}

/// An offset into a text that is shorter than 4 GiB, or the number of a value in it.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_its_place() {
        let bytes = " { \"a\" : [ 1 , {} ] ,\n \"b\" : \"x\\\"\" } ".as_bytes();
        let (text, places) = JsonPlace::all(bytes, &JsonLimits::default()).unwrap();
        let wide = |at: u32| usize::try_from(at).unwrap();
        let at = |(from, to): (u32, u32)| text.get(wide(from)..wide(to)).unwrap();
        let told: Vec<_> =
            places.iter().map(|place| (at(place.key), at(place.value), place.parent, place.next)).collect();
        assert_eq!(
            told,
            [
                ("", text.trim(), 0, 5),
                ("\"a\"", "[ 1 , {} ]", 0, 4),
                ("", "1", 1, 3),
                ("", "{}", 1, 4),
                ("\"b\"", "\"x\\\"\"", 0, 5),
            ]
        );
    }

    #[test]
    fn a_scalar_is_a_whole() {
        let (_, places) = JsonPlace::all(b"12", &JsonLimits::default()).unwrap();
        assert_eq!(places, [JsonPlace { key: (0, 0), value: (0, 2), parent: 0, next: 1 }]);
        assert!(JsonPlace::all(b"[1,]", &JsonLimits::default()).is_err());
    }
}
